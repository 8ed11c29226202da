/** A marker's second byte, and what stands behind its length. */
export interface JpegSegment {
  readonly marker: number;
  readonly content: Buffer;
}

/** The segments of a JPEG one after the other, up to the first thing that is none (ITU T.81, annex B). */
export function* jpegSegments(jpeg: Uint8Array): Generator<JpegSegment> {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    // A marker may have any number of these before it.
    if (bytes[at + 1] === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    yield { marker: bytes.readUInt8(at + 1), content: bytes.subarray(at + 4, end) };
    at = end;
  }
}

/** The size of a compressed image, as its own header says. */
export interface FrameHeader {
  readonly width: number;
  readonly height: number;
  /** Channels of a pixel. */
  readonly samples: number;
  /** Bits of a sample. */
  readonly precision: number;
}

/** What the header of a JPEG's picture says, and the marker it has, which tells the process: 0xc0 is baseline. */
export interface JpegFrame extends FrameHeader {
  readonly marker: number;
}

/** The first header of a picture in a JPEG or JPEG-LS; undefined where there is none. */
export function jpegFrame(bytes: Uint8Array): JpegFrame | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (const { marker, content } of jpegSegments(bytes)) {
    // Neither tables of codes, nor reserved, nor arithmetic conditioning.
    const isFrame = (marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame || marker === 0xf7) {
      if (content.length < 6) return undefined;
      const [height, width] = [content.readUInt16BE(1), content.readUInt16BE(3)];
      return { marker, width, height, samples: content.readUInt8(5), precision: content.readUInt8(0) };
    }
    if (marker === 0xda || marker === 0xd9) return undefined;
  }
  return undefined;
}
