import { UnreadableImage } from "../images/UnreadableImage.js";

/**
 * Decodes DICOM's run-length coding (PS3.5, annex G): a segment for each byte of each sample, the highest byte
 * first, coded as PackBits.
 * @param length pixels of the image
 * @param samples colours of a pixel
 * @param sampleBytes bytes of a sample, 1 or 2
 * @returns samples colour by colour, the lower byte first
 * @throws UnreadableImage for a damaged image
 */
export function decodeRle(
  bytes: Uint8Array,
  length: number,
  samples: number,
  sampleBytes: number,
): Uint8Array {
  const segments = samples * sampleBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // 128 bytes from two are the most there can be: else a small file could ask for any amount of memory.
  const tooShort = bytes.length < 64 || 64 * bytes.length < length * segments;
  if (tooShort || view.getUint32(0, true) !== segments) throw damaged();
  const out = new Uint8Array(length * segments);
  for (let segment = 0; segment < segments; segment++) {
    const sample = Math.floor(segment / sampleBytes);
    const byte = sampleBytes - 1 - (segment % sampleBytes);
    const from = view.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    unpack(bytes.subarray(from, to), out, sample * length * sampleBytes + byte, sampleBytes, length);
  }
  return out;
}

/** Writes `count` bytes to every `step`-th place from `at` on. */
function unpack(packed: Uint8Array, out: Uint8Array, at: number, step: number, count: number): void {
  const end = at + count * step;
  let i = 0;
  while (at < end) {
    const control = packed[i++];
    if (control === undefined) throw damaged();
    if (control === 128) continue;
    const isRun = control > 128;
    const run = isRun ? 257 - control : control + 1;
    if (i + (isRun ? 1 : run) > packed.length) throw damaged();
    for (let k = 0; k < run && at < end; k++, at += step) out[at] = packed[isRun ? i : i + k] ?? 0;
    i += isRun ? 1 : run;
  }
  // A byte more makes the number even, and 128 means nothing.
  if (packed.length - i > 1 && packed.subarray(i).some((byte) => byte !== 0 && byte !== 128)) {
    throw new UnreadableImage("holds more pixels than its rows, columns and bits make");
  }
}

const damaged = (): UnreadableImage => new UnreadableImage("has pixel data that are cut short or damaged");
