import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { BadImage, type BadImageKind } from "../../src/data/images/BadImage.js";
import { decodeBytes, decodeImage } from "../../src/data/images/decodeImage.js";
import { WorkerPool } from "../../src/data/loading/WorkerPool.js";
import { temporaryFolder } from "../support/folders.js";
import { processorSeconds } from "./processorSeconds.js";

const red = { width: 40, height: 50, channels: 3, background: "red" } as const;
const image = sharp({ create: red });
/** Five pictures of 8 x 8, one below the other. */
const five = (): sharp.Sharp =>
  sharp(
    Uint8Array.from({ length: 8 * 40 * 3 }, (_, k) => k % 251),
    { raw: { width: 8, height: 40, channels: 3, pageHeight: 8 } },
  );

function pngChunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(content.length);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
}

/** The header of a PNG that says so many pixels, and nothing of them. */
async function pngOf(width: number, height: number): Promise<Buffer> {
  const png = await image.clone().png().toBuffer();
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), pngChunk("IHDR", header), png.subarray(33)]);
}

/** A progressive JPEG that says 7000 x 7000, with its last scan many times over. */
async function jpegOfScans(count: number): Promise<Buffer> {
  const jpeg = await image.clone().jpeg({ progressive: true }).toBuffer();
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc2));
  jpeg.writeUInt16BE(7000, frame + 5);
  jpeg.writeUInt16BE(7000, frame + 7);
  const last = jpeg.subarray(jpeg.lastIndexOf(Buffer.of(0xff, 0xda)), -2);
  return Buffer.concat([jpeg.subarray(0, -2), ...Array<Buffer>(count).fill(last), jpeg.subarray(-2)]);
}

const bmp = Buffer.alloc(70);
bmp.write("BM");
bmp.writeUInt32LE(40, 14);
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

/** As some scanners write them. */
async function twelveBits(): Promise<Buffer> {
  const jpeg = await image.clone().jpeg().toBuffer();
  jpeg[jpeg.indexOf(Buffer.of(0xff, 0xc0)) + 4] = 12;
  return jpeg;
}

describe("decodeBytes refuses in true words", () => {
  const read = /; JPEG, PNG, TIFF, WebP, GIF, BMP, PBM, PGM or PPM, JPEG 2000 and DICOM are/;
  const cases: [what: string, bytes: () => Promise<Buffer> | Buffer, reason: RegExp, kind?: BadImageKind][] =
    [
      [
        "a drawing",
        () => Buffer.from(svg),
        /is of the kind SVG drawing, which is not read; JPEG/,
        "unsupported",
      ],
      [
        "a drawing behind a comment",
        () => Buffer.from(`\n<!-- ${"-".repeat(500)} -->${svg}`),
        /SVG drawing/,
        "unsupported",
      ],
      ["a bitmap without pixels", () => bmp, /is a BMP without pixels/],
      ["AVIF", () => image.clone().avif().toBuffer(), read, "unsupported"],
      ["a JPEG of 12 bits", () => twelveBits(), /is a JPEG of 12 bits, which is not read/, "unsupported"],
      ["bytes", () => Buffer.alloc(500, 1), /is no image of a kind that is read: JPEG, PNG/],
      ["pages", () => five().tiff().toBuffer(), /holds 5 pictures; save the one to use/, "unsupported"],
      ["an animation", () => five().gif().toBuffer(), /holds 5 pictures/, "unsupported"],
      ["another animation", () => five().webp().toBuffer(), /holds 5 pictures/, "unsupported"],
      [
        "too many pixels",
        () => pngOf(17000, 16000),
        /has 17000 x 16000 pixels, which is more than the 64 million that are read/,
        "tooLarge",
      ],
      ["an absurd size", () => pngOf(2 ** 31 - 1, 2 ** 31 - 1), /./],
      ["scans", () => jpegOfScans(100), /is a JPEG of \d{3} scans/, "tooLarge"],
    ];
  for (const [what, bytes, reason, kind = "unreadable"] of cases) {
    it(what, async () => {
      const file = await bytes();
      await assert.rejects(decodeBytes(file, "x-ray"), (error: unknown) => {
        assert.ok(error instanceof BadImage);
        assert.match(error.reason, reason);
        assert.equal(error.kind, kind);
        assert.equal(error.remedy.includes("convert it to a PNG"), kind === "unsupported");
        return true;
      });
    });
  }

  it("a file of too many bytes, unread, and a pipe", async () => {
    const folder = temporaryFolder();
    const large = path.join(folder, "large.png");
    writeFileSync(large, "");
    truncateSync(large, 401e6);
    await assert.rejects(decodeImage(large), /has 401 MB, which is more than the 400 MB that are read/);
    const pipe = path.join(folder, "pipe.png");
    execFileSync("mkfifo", [pipe]);
    await assert.rejects(decodeImage(pipe), /pipe\.png is no file/);
  });

  it("in a worker thread as well, with the kind", async () => {
    const file = path.join(temporaryFolder(), "large.png");
    writeFileSync(file, await pngOf(17000, 16000));
    const workers = new WorkerPool(1);
    await assert.rejects(workers.fingerprint({ kind: "fingerprint", paths: [file] }), { kind: "tooLarge" });
    await workers.close();
  });
});

describe("decodeBytes reads", () => {
  it("a TIFF that holds its picture once more, smaller", async () => {
    const pyramid = await image.clone().resize(600, 600).tiff({ pyramid: true, tile: true }).toBuffer();
    assert.ok(((await sharp(pyramid).metadata()).pages ?? 1) > 1);
    assert.equal((await decodeBytes(pyramid, "pyramid")).width, 600);
  });

  it("a PNG without the gigabytes of text in it", async () => {
    const png = await image.clone().png().toBuffer();
    const text = Buffer.concat([Buffer.from("Comment\0\0", "latin1"), deflateSync(Buffer.alloc(7.9e6, 65))]);
    const bomb = Buffer.concat([
      ...[png.subarray(0, 33), ...Array<Buffer>(300).fill(pngChunk("zTXt", text)), png.subarray(33)],
    ]);
    const seconds = await processorSeconds(async () => {
      assert.deepEqual(await decodeBytes(bomb, "bomb"), await decodeBytes(png, "png"));
    });
    assert.ok(seconds < 2, `${seconds} s`);
  });

  it("16 bits of three channels as fast as 8", async () => {
    const side = 3000;
    const raw = { width: side, height: side, channels: 3 } as const;
    const deep = sharp(new Uint16Array(3 * side * side), { raw }).toColourspace("rgb16");
    const png = await deep.png({ compressionLevel: 1 }).toBuffer();
    const seconds = await processorSeconds(() => decodeBytes(png, "deep"));
    assert.ok(seconds < 3, `${seconds} s`);
  });
});
