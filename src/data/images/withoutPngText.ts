/**
 * A PNG without what is no part of its picture: texts and profiles are compressed too, and a small file may hold
 * gigabytes of them, which its decoder would unpack and keep.
 * @param png a file that begins as a PNG does
 */
export function withoutPngText(png: Buffer): Buffer {
  const kept = [png.subarray(0, 8)];
  let at = 8;
  while (at + 12 <= png.length) {
    const end = at + 12 + png.readUInt32BE(at);
    if (end > png.length) break;
    if (isPicture(png.toString("latin1", at + 4, at + 8))) kept.push(png.subarray(at, end));
    at = end;
  }
  // What is cut short is left to the decoder.
  kept.push(png.subarray(at));
  return Buffer.concat(kept);
}

/** Critical chunks begin with a capital (PNG specification, 5.4); of the others these tell transparent grey, and which side is up. */
const isPicture = (type: string): boolean => /^[A-Z]/.test(type) || type === "tRNS" || type === "eXIf";
