import type { FrameHeader } from "../images/jpegSegments.js";

interface LosslessModule {
  readonly Decoder: new () => LosslessDecoder;
}

interface LosslessDecoder {
  readonly xDim: number;
  readonly yDim: number;
  readonly numComp: number;
  /** The row that it would go on with. */
  readonly yLoc: number;
  decode(buffer: ArrayBuffer, offset: number, length: number, sampleBytes: number): Uint8Array | Uint16Array;
}

/**
 * Decodes a lossless JPEG (ITU T.81, annex H).
 * @param header what its own header says
 * @returns samples pixel by pixel, with more than 8 bits as two bytes, the lower first; undefined for a damaged image
 */
export function decodeJpegLossless(bytes: Uint8Array, header: FrameHeader): Uint8Array | undefined {
  // The package lacks the type declarations that it names; loaded with the first such image.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Decoder } = require("jpeg-lossless-decoder-js") as LosslessModule;
  const { width, height, samples, precision } = header;
  const sampleBytes = precision > 8 ? 2 : 1;
  try {
    const own = new Uint8Array(bytes);
    const decoder = new Decoder();
    const decoded = decoder.decode(own.buffer, 0, own.length, sampleBytes);
    // It ends without a word where the codes do.
    const isWhole = decoder.yLoc === height && decoder.numComp === samples;
    if (!isWhole || decoder.xDim !== width || decoder.yDim !== height) return undefined;
    if (decoded.byteLength !== width * height * samples * sampleBytes) return undefined;
    return new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  } catch {
    return undefined;
  }
}
