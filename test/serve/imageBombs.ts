import { once } from "node:events";
import { createDeflate, createDeflateRaw, crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { attributes, dicomFile, type Elements, eightBits, syntaxes } from "../support/dicomFile.js";
import { encodeInWasm, rle } from "../support/dicomEncoders.js";

/** So many zeros, compressed piece by piece. */
async function compressedZeros(
  bytes: number,
  raw = false,
  before: Uint8Array = Buffer.alloc(0),
): Promise<Buffer> {
  const deflate = raw ? createDeflateRaw({ level: 9 }) : createDeflate({ level: 9 });
  const chunks: Buffer[] = [];
  deflate.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(deflate, "end");
  deflate.write(before);
  const piece = Buffer.alloc(1 << 22);
  for (let left = bytes; left > 0; left -= piece.length) {
    if (!deflate.write(piece.subarray(0, Math.min(left, piece.length)))) await once(deflate, "drain");
  }
  deflate.end();
  await ended;
  return Buffer.concat(chunks);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(
  width: number,
  height: number,
  depth: number,
  colour: number,
  data: Uint8Array,
  more: readonly Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    ...[chunk("IHDR", header), ...more, chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))],
  ]);
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#888" }, limitInputPixels: false });

/** Pictures one below the other, as sharp takes those of an animation. */
const animation = (side: number, pages: number) =>
  sharp(Buffer.alloc(side * side * pages * 3), {
    raw: { width: side, height: side * pages, channels: 3, pageHeight: side },
  });

const deflated = (dataSet: Uint8Array): Buffer => Buffer.concat([dicomFile(syntaxes.deflated, {}), dataSet]);

/** An uncompressed data set without its file's beginning. */
const dataSetOf = (elements: Elements): Buffer =>
  dicomFile(syntaxes.explicit, elements).subarray(dicomFile(syntaxes.explicit, {}).length);

const grey = (rows: number, columns: number): Elements =>
  attributes(rows, columns, eightBits(1, "MONOCHROME2"));

const flat = (side: number) => ({
  width: side,
  height: side,
  bitsPerSample: 8,
  componentCount: 1,
  isSigned: false,
});

/** A JPEG 2000 image of 64 x 64 whose header says 20000 x 20000. */
async function jpeg2000Lie(): Promise<Buffer> {
  const stream = Buffer.from(await encodeInWasm("openjpeg", Buffer.alloc(64 * 64, 9), flat(64)));
  for (const at of [8, 12, 24, 28]) stream.writeUInt32BE(20000, at);
  return stream;
}

/** A frame header of a JPEG with other sides. */
async function jpegLie(side: number): Promise<Buffer> {
  const bytes = await blank(64, 64).jpeg().toBuffer();
  const at = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(side, at + 5);
  bytes.writeUInt16BE(side, at + 7);
  return bytes;
}

/** A progressive JPEG whose last scan comes again and again. */
async function manyScans(): Promise<Buffer> {
  const bytes = await blank(3000, 3000).jpeg({ progressive: true }).toBuffer();
  const scan = bytes.subarray(bytes.lastIndexOf(Buffer.of(0xff, 0xda)), -2);
  return Buffer.concat([
    bytes.subarray(0, -2),
    ...Array.from({ length: 2000 }, () => scan),
    bytes.subarray(-2),
  ]);
}

const svgFilter = `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"><filter id="f">${"<feTurbulence baseFrequency='0.9' numOctaves='99'/><feGaussianBlur stdDeviation='900'/>".repeat(3)}</filter><rect width="4000" height="4000" filter="url(#f)"/></svg>`;

/** A GIF that says 65535 x 65535 and holds nearly nothing. */
const gifLie = (): Buffer =>
  Buffer.concat([
    Buffer.from(
      "GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
      "latin1",
    ),
  ]);

/** Sequences within sequences. */
function nested(depth: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) {
    const [item, sequence] = [Buffer.alloc(8), Buffer.alloc(12)];
    item.writeUInt32LE(0xe000fffe, 0);
    item.writeUInt32LE(inner.length, 4);
    sequence.write("\x08\0\x40\x11SQ\0\0", "latin1");
    sequence.writeUInt32LE(inner.length + 8, 8);
    inner = Buffer.concat([sequence, item, inner]);
  }
  const image = dataSetOf({ ...grey(8, 8), "7fe00010": ["OW", new Uint8Array(64)] });
  return Buffer.concat([dicomFile(syntaxes.explicit, {}), inner, image]);
}

/** Small files that ask for much, and files that are not what they say: each is made by code. */
export const imageBombs: Readonly<Record<string, () => Promise<Buffer> | Buffer>> = {
  "PNG of 8000 x 8000 at 16 bits RGB": async () =>
    png(8000, 8000, 16, 2, await compressedZeros(8000 * 48001)),
  "PNG of 20000 x 20000": async () => png(20000, 20000, 1, 0, await compressedZeros(20000 * 2501)),
  "PNG that says 100000 x 100000": () => png(100000, 100000, 8, 0, deflateSync(Buffer.alloc(1000))),
  "PNG with 400 MB of text": async () => {
    const text = await compressedZeros(400e6);
    const row = deflateSync(Buffer.alloc(9 * 8));
    return png(8, 8, 8, 0, row, [chunk("zTXt", Buffer.concat([Buffer.from("Comment\0\0"), text]))]);
  },
  "TIFF of 7900 x 7900, deflated": () => blank(7900, 7900).tiff({ compression: "deflate" }).toBuffer(),
  "TIFF of 12000 x 9000": () => blank(12000, 9000).tiff({ compression: "deflate" }).toBuffer(),
  "GIF of 60 pictures": () => animation(400, 60).gif().toBuffer(),
  "GIF that says 65535 x 65535": gifLie,
  "WebP of 60 pictures": () => animation(400, 60).webp({ effort: 0 }).toBuffer(),
  "WebP of 16383 x 3000": () => blank(16383, 3000).webp({ effort: 0 }).toBuffer(),
  "SVG filter": () => Buffer.from(svgFilter),
  "SVG of nested uses": () =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg"><g id="a0"><rect width="9" height="9"/></g>${Array.from({ length: 30 }, (_, i) => `<g id="a${i + 1}">${`<use href="#a${i}"/>`.repeat(9)}</g>`).join("")}</svg>`,
    ),
  "JPEG that says 65000 x 65000": () => jpegLie(65000),
  "JPEG of 2000 scans": manyScans,
  "DICOM whose JPEG 2000 says 20000 x 20000": async () =>
    dicomFile(syntaxes.jpeg2000, grey(64, 64), [await jpeg2000Lie()]),
  "DICOM and JPEG 2000 that say 20000 x 20000": async () =>
    dicomFile(syntaxes.jpeg2000, grey(20000, 20000), [await jpeg2000Lie()]),
  "DICOM whose JPEG-LS is cut in half": async () => {
    const values = Buffer.from(Array.from({ length: 256 * 256 }, (_, i) => (i * 7919) % 251));
    const stream = await encodeInWasm("charls", values, flat(256));
    return dicomFile(syntaxes.jpegLs, grey(256, 256), [stream.subarray(0, stream.length / 2)]);
  },
  "DICOM of 600 MB, deflated": async () => {
    // An element of so many bytes before the pixels.
    const head = dataSetOf({ "00091010": ["OB", new Uint8Array()] });
    head.writeUInt32LE(600e6, head.length - 4);
    return deflated(await compressedZeros(600e6, true, head));
  },
  "DICOM whose RLE lies about its segments": () => {
    const stream = rle([Buffer.alloc(64 * 64)]);
    stream.writeUInt32LE(15, 0);
    for (let k = 1; k < 16; k++) stream.writeUInt32LE(0xfffffff0 + k, 4 * k);
    return dicomFile(syntaxes.rle, grey(64, 64), [stream]);
  },
  "DICOM whose RLE is 65535 x 65535": () =>
    dicomFile(syntaxes.rle, grey(65535, 65535), [rle([Buffer.alloc(64)])]),
  "DICOM whose JPEG is a bomb": async () =>
    dicomFile(syntaxes.jpeg, grey(65000, 65000), [await jpegLie(65000)]),
  "DICOM of sequences 3000 deep": () => nested(3000),
  "DICOM of 4 GB that is not there": () => {
    const bytes = dicomFile(syntaxes.explicit, { ...grey(8, 8), "7fe00010": ["OW", new Uint8Array(64)] });
    bytes.writeUInt32LE(0xfffffff0, bytes.length - 68);
    return bytes;
  },
};
