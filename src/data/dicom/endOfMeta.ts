/** Where the elements of group 2, which are never deflated, end (PS3.10, chapter 7.1). */
export function endOfMeta(file: Buffer): number {
  let at = 132;
  let end = file.length;
  while (at + 12 <= end && file.readUInt16LE(at) === 2) {
    const isLong = /^(O.|SQ|U[CNRT])$/.test(file.toString("latin1", at + 4, at + 6));
    const content = at + (isLong ? 12 : 8);
    // The first element tells the length of those that follow it.
    if (file.readUInt16LE(at + 2) === 0) end = Math.min(end, content + 4 + file.readUInt32LE(content));
    at = content + (isLong ? file.readUInt32LE(at + 8) : file.readUInt16LE(at + 6));
  }
  return Math.min(at, file.length);
}
