/** Encoders for the tests: as little of each format as makes a valid image. */

/**
 * A lossless JPEG of one channel (ITU T.81, annex H), by the first predictor: each value less its left neighbour.
 * @param precision bits of a value
 */
export function jpegLossless(
  values: ArrayLike<number>,
  height: number,
  width: number,
  precision: number,
): Buffer {
  // A code of 5 bits for each of the 17 lengths of a difference; all ones is no code.
  const table = [
    0,
    0,
    0,
    0,
    17,
    ...new Array<number>(11).fill(0),
    ...Array.from({ length: 17 }, (_, k) => k),
  ];
  let bits = "";
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const before = x > 0 ? values[at - 1] : y > 0 ? values[at - width] : 2 ** (precision - 1);
      const difference = ((((values[at] ?? 0) - (before ?? 0)) << 16) >> 16) | 0;
      const length = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
      bits += length.toString(2).padStart(5, "0");
      if (length === 0 || length === 16) continue;
      const code = difference > 0 ? difference : difference + 2 ** length - 1;
      bits += code.toString(2).padStart(length, "0");
    }
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const data: number[] = [];
  for (let k = 0; k < bits.length; k += 8) {
    const byte = parseInt(bits.slice(k, k + 8), 2);
    data.push(byte);
    if (byte === 0xff) data.push(0);
  }
  const segment = (marker: number, content: number[]): number[] => [
    0xff,
    marker,
    (content.length + 2) >> 8,
    (content.length + 2) & 0xff,
    ...content,
  ];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xc3, [precision, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0, ...table]),
    ...segment(0xda, [1, 1, 0, 1, 0, 0]),
    ...data,
    ...[0xff, 0xd9],
  ]);
}

/** DICOM's run-length coding of one segment for each plane of bytes, by literals and one run for each repeated byte. */
export function rle(planes: readonly Uint8Array[]): Buffer {
  const segments = planes.map(packBits);
  const header = Buffer.alloc(64);
  header.writeUInt32LE(segments.length);
  let at = 64;
  for (const [k, segment] of segments.entries()) {
    header.writeUInt32LE(at, 4 + 4 * k);
    at += segment.length;
  }
  return Buffer.concat([header, ...segments]);
}

function packBits(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  for (let from = 0; from < bytes.length;) {
    const value = bytes[from] ?? 0;
    let to = from + 1;
    while (to < bytes.length && to - from < 128 && bytes[to] === value) to++;
    out.push(...(to - from === 1 ? [0, value] : [257 - (to - from), value]));
    from = to;
  }
  return Buffer.from(out.length % 2 === 0 ? out : [...out, 128]);
}

interface Encoder {
  getDecodedBuffer(image: {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
  }): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setDecompositions?(levels: number): void;
  setQuality?(lossless: boolean, rate: number): void;
  setInterleaveMode?(mode: number): void;
}

/**
 * By the whole build of the codec, of which the program itself uses the half that decodes.
 * @param interleaveMode how JPEG-LS orders colours: 0 by planes, in which they come too, 1 by lines, 2 by pixels
 */
export async function encodeInWasm(
  name: "openjpeg" | "charls",
  bytes: Uint8Array,
  image: Parameters<Encoder["getDecodedBuffer"]>[0],
  lossless = true,
  interleaveMode = 0,
): Promise<Buffer> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const load = require(`@cornerstonejs/codec-${name}/wasmjs`) as () => Promise<
    Record<string, new () => Encoder>
  >;
  const Class = (await load())[name === "openjpeg" ? "J2KEncoder" : "JpegLSEncoder"];
  if (Class === undefined) throw new Error(`${name} has no encoder`);
  const encoder = new Class();
  encoder.getDecodedBuffer(image).set(bytes);
  encoder.setDecompositions?.(2);
  encoder.setQuality?.(lossless, lossless ? 0 : 5);
  encoder.setInterleaveMode?.(interleaveMode);
  encoder.encode();
  return Buffer.from(encoder.getEncodedBuffer());
}
