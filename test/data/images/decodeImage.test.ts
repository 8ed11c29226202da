import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { decodeImage, decodeBytes } from "../../../src/data/images/decodeImage.js";
import { nativeXrays, temporaryFolder } from "../../support/folders.js";
import type { Pixels } from "../../../src/data/images/Pixels.js";

describe("decodeImage", () => {
  const made = async (name: string, image: sharp.Sharp): Promise<string> => {
    const file = path.join(temporaryFolder(), name);
    writeFileSync(file, await image.toBuffer());
    return file;
  };
  const noise = (channels: 1 | 3 | 4): sharp.Sharp =>
    sharp(
      Uint8Array.from({ length: 6 * 4 * channels }, (_, k) => (k * 37) % 256),
      {
        raw: { width: 6, height: 4, channels },
      },
    );

  it("gives grey files one channel and colour files three", async () => {
    const grey = await decodeImage(await made("grey.png", noise(1).toColourspace("b-w").png()));
    assert.deepEqual([grey.height, grey.width, grey.channels, grey.data.length], [4, 6, 1, 24]);
    const colour = await decodeImage(await made("colour.png", noise(3).png()));
    assert.deepEqual([colour.channels, colour.data.length, colour.data[4]], [3, 72, (4 * 37) % 256]);
  });

  it("takes RGB without colour as grey, and drops transparency", async () => {
    const plain = sharp({
      create: { width: 5, height: 5, channels: 4, background: { r: 7, g: 7, b: 7, alpha: 0.5 } },
    });
    const { channels, data } = await decodeImage(await made("plain.png", plain.png()));
    assert.equal(channels, 1);
    assert.deepEqual([...new Set(data)], [7]);
  });

  const turning: [name: string, write: (image: sharp.Sharp) => sharp.Sharp][] = [
    ["a JPEG", (image) => image.jpeg()],
    ["a small grey JPEG", (image) => image.toColourspace("b-w").jpeg()],
    ["a PNG", (image) => image.png()],
    ["a WebP", (image) => image.webp({ lossless: true })],
    ["a TIFF", (image) => image.tiff()],
  ];
  for (const [name, write] of turning) {
    it(`turns ${name} by its EXIF orientation only where that is asked for`, async () => {
      const file = await made("turned.img", write(noise(3)).withMetadata({ orientation: 6 }));
      const stored = await decodeImage(file);
      assert.deepEqual([stored.height, stored.width, stored.saysTurn], [4, 6, true]);
      const turned = await decodeImage(file, { applyExifOrientation: true });
      assert.deepEqual([turned.height, turned.width, turned.saysTurn], [6, 4, true]);
      // A quarter to the right: the column from below is the row.
      const { channels, data } = stored;
      const expected = Array.from({ length: 24 * channels }, (_, k) => {
        const [row, column, channel] = [
          Math.floor(k / channels / 4),
          Math.floor(k / channels) % 4,
          k % channels,
        ];
        return data[((3 - column) * 6 + row) * channels + channel];
      });
      assert.deepEqual([...turned.data], expected);
    });
  }

  const kinds: [name: string, options: sharp.JpegOptions, height: number, width: number][] = [
    ["small", { quality: 90 }, 40, 61],
    ["small and progressive", { progressive: true }, 40, 61],
    ["large", { quality: 60 }, 363, 365],
  ];
  for (const [name, options, height, width] of kinds) {
    it(`yields sharp's pixels of a grey JPEG that is ${name}`, async () => {
      const pixels = Uint8Array.from(
        { length: height * width },
        (_, k) => 128 + 90 * Math.sin(k / 7) + (k % 31),
      );
      const image = sharp(pixels, { raw: { height, width, channels: 1 } }).toColourspace("b-w");
      const file = await made("grey.jpeg", image.jpeg(options));
      const expected = await sharp(file).toColourspace("b-w").raw().toBuffer();
      const decoded = await decodeImage(file);
      assert.deepEqual([decoded.height, decoded.width, decoded.channels], [height, width, 1]);
      assert.deepEqual(Uint8Array.from(decoded.data), Uint8Array.from(expected));
    });
  }

  it("brings 16 bits a channel to 8 by their whole range", async () => {
    const values = Uint16Array.of(0, 128, 129, 257, 32768, 65535);
    const expected = [0, 0, 1, 1, 128, 255];
    const grey = sharp(values, { raw: { width: 6, height: 1, channels: 1 } }).toColourspace("grey16");
    for (const file of [
      await made("deep.png", grey.clone().png()),
      await made("deep.tiff", grey.clone().tiff({ compression: "lzw" })),
    ]) {
      const decoded = await decodeImage(file);
      assert.deepEqual([decoded.height, decoded.width, decoded.channels], [1, 6, 1]);
      assert.deepEqual([...decoded.data], expected);
    }
    const colours = sharp(values, { raw: { width: 2, height: 1, channels: 3 } }).toColourspace("rgb16");
    const decoded = await decodeImage(await made("deep-colour.png", colours.png()));
    assert.deepEqual([...decoded.data], expected);
  });

  for (const bits of [8, 10, 12, 14] as const) {
    it(`spreads ${bits} bits in 16 from black to white`, async () => {
      const white = 2 ** bits - 1;
      // As much of the ramp as 64 x 64 pixels hold, its end included.
      const values = Uint16Array.from({ length: 4096 }, (_, k) => Math.round((k * white) / 4095));
      const expected = Uint8Array.from(values, (value) => Math.round((value * 255) / white));
      assert.equal(new Set(expected).size, 256);
      const grey = sharp(values, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace("grey16");
      for (const [name, image] of [
        ["ramp.png", grey.clone().png()],
        ["ramp.tiff", grey.clone().tiff({ compression: "deflate" })],
        ["white.tiff", grey.clone().tiff({ compression: "none" })],
        // Stored as 65535 less the value.
        ["inverted.tiff", grey.clone().tiff({ compression: "none", miniswhite: true })],
      ] as const) {
        const bytes = await image.toBuffer();
        const zeroIsWhite = name === "white.tiff";
        if (zeroIsWhite) sayZeroIsWhite(bytes);
        const file = path.join(temporaryFolder(), name);
        writeFileSync(file, bytes);
        const { data, usedBits } = await decodeImage(file);
        assert.equal(usedBits, bits);
        assert.deepEqual(data, zeroIsWhite ? expected.map((value) => 255 - value) : expected);
      }
    });
  }

  it("makes few marks above 12 bits white, and leaves the rest as it would be without them", async () => {
    const ramp = Uint16Array.from({ length: 4096 }, (_, k) => k);
    const decoded = async (values: Uint16Array): Promise<Pixels> => {
      const image = sharp(values, { raw: { width: 64, height: 64, channels: 1 } });
      return decodeBytes(await image.toColourspace("grey16").png().toBuffer(), "x.png");
    };
    const { data: plain } = await decoded(ramp);
    for (const [marks, value] of [
      [12, 65535],
      [1, 4096],
    ] as const) {
      const { data, usedBits } = await decoded(ramp.map((each, k) => (k < marks ? value : each)));
      assert.equal(usedBits, 12);
      assert.deepEqual(
        data,
        plain.map((each, k) => (k < marks ? 255 : each)),
      );
    }
    // More of them are a part of the picture, and so are values between.
    assert.equal((await decoded(ramp.map((each, k) => (k < 60 ? 65535 : each)))).usedBits, undefined);
    assert.equal(
      (await decoded(ramp.map((each, k) => (k < 12 ? 5000 + 5000 * k : each)))).usedBits,
      undefined,
    );
  });

  it("takes 16 bits that are used up to a quarter as 14", async () => {
    const values = Uint16Array.of(0, 16383, 16384, 65535);
    const raw = { raw: { width: 2, height: 1, channels: 1 } } as const;
    const dark = await decodeImage(
      await made("dark.png", sharp(values.slice(0, 2), raw).toColourspace("grey16").png()),
    );
    assert.deepEqual([...dark.data], [0, 255]);
    const whole = await decodeImage(
      await made("whole.png", sharp(values.slice(1, 3), raw).toColourspace("grey16").png()),
    );
    assert.deepEqual([whole.usedBits, ...whole.data], [undefined, 64, 64]);
  });

  it("decodes on after damaged files", async () => {
    const pixels = Uint8Array.from({ length: 32 * 32 }, (_, k) => (k * 37) % 251);
    const image = sharp(pixels, { raw: { height: 32, width: 32, channels: 1 } });
    const bytes = await image.toColourspace("b-w").jpeg().toBuffer();
    const file = path.join(temporaryFolder(), "cut.jpeg");
    writeFileSync(file, bytes);
    const whole = await decodeImage(file);
    for (const length of [bytes.length / 2, 300, 30]) {
      writeFileSync(file, bytes.subarray(0, length));
      await assert.rejects(decodeImage(file), /is cut short|is no image|is corrupt/);
    }
    writeFileSync(file, bytes);
    assert.deepEqual(await decodeImage(file), whole);
  });

  for (const [size, channels] of [
    [96, 1],
    [96, 3],
    [800, 1],
  ] as const) {
    it(`refuses half a JPEG of ${size} pixels and ${channels} channels with an end behind it`, async () => {
      const raw = { height: size, width: size, channels };
      const pixels = Uint8Array.from(
        { length: size * size * channels },
        (_, k) => ((k * 7) ^ (k >> 7)) & 255,
      );
      const image = sharp(pixels, { raw }).toColourspace(channels === 1 ? "b-w" : "srgb");
      const bytes = await image.jpeg().toBuffer();
      const damaged = Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.of(0xff, 0xd9)]);
      await assert.rejects(decodeBytes(damaged, "x.jpeg"), /x\.jpeg is cut short/);
    });
  }

  it("refuses a small JPEG with a piece missing in its last rows", async () => {
    const pixels = Uint8Array.from({ length: 96 * 96 }, (_, k) => ((k * 7) ^ (k >> 7)) & 255);
    const image = sharp(pixels, { raw: { height: 96, width: 96, channels: 1 } }).toColourspace("b-w");
    const bytes = await image.jpeg().toBuffer();
    const gap = Buffer.concat([bytes.subarray(0, -200), bytes.subarray(-100)]);
    await assert.rejects(decodeBytes(gap, "x.jpeg"), /its codes do not make up its picture|is cut short/);
  });

  it("refuses files of several pictures, and takes smaller copies for one", async () => {
    const grey = (size: number): sharp.Sharp =>
      sharp(new Uint8Array(size * size).fill(9), { raw: { height: size, width: size, channels: 1 } });
    const png = await grey(8).toColourspace("b-w").png().toBuffer();
    const animation = Buffer.from(
      "00000008" + Buffer.from("acTL").toString("hex") + "0000000200000000" + "f38d9370",
      "hex",
    );
    const animated = Buffer.concat([png.subarray(0, 33), animation, png.subarray(33)]);
    await assert.rejects(decodeBytes(animated, "x.png"), /holds 2 pictures/);

    const jpeg = await grey(8).toColourspace("b-w").jpeg().toBuffer();
    const multiPicture = (second: number): Buffer => {
      const list = Buffer.alloc(4 + 8 + 2 + 12 + 4 + 32);
      list.write("MPF\0MM\0*", "latin1");
      list.writeUInt32BE(8, 8);
      list.writeUInt16BE(1, 12);
      list.writeUInt16BE(0xb002, 14);
      list.writeUInt32BE(32, 18);
      list.writeUInt32BE(26, 22);
      list.writeUInt32BE(0x030000, 30);
      list.writeUInt32BE(second, 46);
      const marker = Buffer.of(0xff, 0xe2, 0, list.length + 2);
      return Buffer.concat([jpeg.subarray(0, 2), marker, list, jpeg.subarray(2)]);
    };
    await assert.rejects(decodeBytes(multiPicture(0x020002), "x.jpeg"), /holds 2 pictures/);
    const { width } = await decodeBytes(multiPicture(0x010001), "x.jpeg");
    assert.equal(width, 8);

    const pyramid = await grey(256)
      .toColourspace("b-w")
      .tiff({ pyramid: true, tile: true, tileWidth: 64, tileHeight: 64 })
      .toBuffer();
    assert.equal((await decodeBytes(pyramid, "x.tiff")).width, 256);
  });

  it("refuses a TIFF of two channels of which the second is unknown", async () => {
    const two = sharp(new Uint8Array(128).fill(9), { raw: { height: 8, width: 8, channels: 2 } });
    const tiff = await two.toColourspace("b-w").tiff({ compression: "none" }).toBuffer();
    assert.equal((await decodeBytes(tiff, "x.tiff")).channels, 1);
    const directory = tiff.readUInt32LE(4);
    for (let k = 0; k < tiff.readUInt16LE(directory); k++) {
      const at = directory + 2 + 12 * k;
      // ExtraSamples: unspecified.
      if (tiff.readUInt16LE(at) === 338) tiff.writeUInt16LE(0, at + 8);
    }
    await assert.rejects(decodeBytes(tiff, "x.tiff"), /has two channels/);
  });

  /** In place, in a TIFF of little endian. */
  function sayZeroIsWhite(tiff: Buffer): void {
    const directory = tiff.readUInt32LE(4);
    for (let k = 0; k < tiff.readUInt16LE(directory); k++) {
      const at = directory + 2 + 12 * k;
      if (tiff.readUInt16LE(at) === 262) tiff.writeUInt16LE(0, at + 8);
    }
  }

  const original = path.join(nativeXrays, "NORMAL", "IM-0189-0001.jpeg");
  const missing = `put train/NORMAL/IM-0189-0001.jpeg of doi 10.17632/rscbjbr9sj, as it is, to ${original}`;
  it("yields Pillow's pixels", { skip: existsSync(original) ? false : missing }, async () => {
    const { height, width, channels, data } = await decodeImage(original);
    assert.deepEqual([height, width, channels], [1109, 1466, 1]);
    // Of one channel of Pillow's Image.open(file).convert("RGB").
    assert.equal(createHash("md5").update(data).digest("hex"), "a1cd985f374ce5028981c35b75494e84");
  });
});
