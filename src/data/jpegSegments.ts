/** A marker's second byte, and what stands behind its length. */
export interface JpegSegment {
  readonly marker: number;
  readonly content: Buffer;
}

/** The segments of a JPEG one after the other, up to the first thing that is none (ITU T.81, annex B). */
export function* jpegSegments(jpeg: Uint8Array): Generator<JpegSegment> {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    yield { marker: bytes.readUInt8(at + 1), content: bytes.subarray(at + 4, end) };
    at = end;
  }
}
