import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BadImage } from "../../../src/data/images/BadImage.js";
import { decodeBytes } from "../../../src/data/images/decodeImage.js";
import type { Pixels } from "../../../src/data/images/Pixels.js";
import { bytesOf } from "../../support/dicomFile.js";
import { encodeInWasm } from "../../support/dicomEncoders.js";

// An odd width: rows of a bitmap are filled up.
const [height, width] = [18, 23];
const length = height * width;
const grey = Uint8Array.from({ length }, (_, k) => Math.round(127 + 127 * Math.sin(k / 23)));
const colours = Uint8Array.from({ length: 3 * length }, (_, k) =>
  Math.round(127 + 127 * Math.sin((1 + (k % 3)) * (k / 70))),
);
const twelve = Uint16Array.from({ length }, (_, k) => (k * 4095) / (length - 1));

const decode = (file: Buffer): Promise<Pixels> => decodeBytes(file, "x-ray");

interface Bitmap {
  readonly bits: number;
  /** The value of a pixel. */
  readonly value: (x: number, y: number) => number;
  readonly palette?: readonly (readonly [red: number, green: number, blue: number])[];
  readonly compression?: number;
  readonly masks?: readonly number[];
  readonly fromTop?: boolean;
  /** With the header of OS/2. */
  readonly old?: boolean;
}

function bmp({
  bits,
  value,
  palette = [],
  compression = 0,
  masks,
  fromTop = false,
  old = false,
}: Bitmap): Buffer {
  const rows = Array.from({ length: height }, (_, row) => {
    const y = fromTop ? row : height - 1 - row;
    const bytes = Buffer.alloc(4 * Math.ceil((width * bits) / 32));
    for (let x = 0; x < width; x++) {
      const pixel = value(x, y);
      if (bits >= 8) bytes.writeUIntLE(pixel, (x * bits) / 8, bits / 8);
      else {
        const at = Math.floor((x * bits) / 8);
        bytes[at] = (bytes[at] ?? 0) | (pixel << (8 - bits - ((x * bits) % 8)));
      }
    }
    return bytes;
  });
  const header = Buffer.alloc(old ? 12 : 40);
  header.writeUInt32LE(header.length);
  if (old) [width, height, 1, bits].forEach((number, k) => header.writeUInt16LE(number, 4 + 2 * k));
  else {
    header.writeInt32LE(width, 4);
    header.writeInt32LE(fromTop ? -height : height, 8);
    header.writeUInt16LE(1, 12);
    header.writeUInt16LE(bits, 14);
    header.writeUInt32LE(compression, 16);
  }
  const table = Buffer.from(
    palette.flatMap(([red, green, blue]) => (old ? [blue, green, red] : [blue, green, red, 0])),
  );
  const maskBytes = Buffer.from(Uint32Array.from(masks ?? []).buffer);
  const start = Buffer.alloc(14);
  start.write("BM");
  start.writeUInt32LE(14 + header.length + maskBytes.length + table.length, 10);
  return Buffer.concat([start, header, maskBytes, table, ...rows]);
}

const at = (x: number, y: number): number => y * width + x;
const colourAt = (x: number, y: number): readonly number[] =>
  Array.from(colours.subarray(3 * at(x, y), 3 * at(x, y) + 3));
const greys = Array.from({ length: 256 }, (_, k) => [k, k, k] as const);
const packed = (x: number, y: number): number => {
  const [red = 0, green = 0, blue = 0] = colourAt(x, y);
  return (red << 16) | (green << 8) | blue;
};

describe("a Windows bitmap", () => {
  const cases: [what: string, file: Bitmap, shown: Uint8Array][] = [
    ["of 8 bits", { bits: 8, palette: greys, value: (x, y) => grey[at(x, y)] ?? 0 }, grey],
    ["of 24 bits", { bits: 24, value: packed }, colours],
    ["of 32 bits, from the top", { bits: 32, value: packed, fromTop: true }, colours],
    [
      "of 32 bits, its colours by masks",
      {
        bits: 32,
        value: (x, y) => {
          const [red = 0, green = 0, blue = 0] = colourAt(x, y);
          return ((blue << 24) | (green << 8) | red) >>> 0;
        },
        compression: 3,
        masks: [0xff, 0xff00, 0xff000000],
      },
      colours,
    ],
    [
      "of 16 bits",
      {
        bits: 16,
        value: (x, y) => {
          const [red = 0, green = 0, blue = 0] = colourAt(x, y).map((value) => value >> 3);
          return (red << 10) | (green << 5) | blue;
        },
      },
      colours.map((value) => Math.round(((value >> 3) * 255) / 31)),
    ],
    [
      "of 4 bits",
      { bits: 4, palette: greys.slice(0, 16), value: (x, y) => (grey[at(x, y)] ?? 0) & 15 },
      grey.map((value) => value & 15),
    ],
    [
      "of 1 bit",
      {
        bits: 1,
        palette: [
          [0, 0, 0],
          [255, 255, 255],
        ],
        value: (x, y) => (grey[at(x, y)] ?? 0) & 1,
      },
      grey.map((value) => (value & 1) * 255),
    ],
    ["of OS/2", { bits: 8, palette: greys, value: (x, y) => grey[at(x, y)] ?? 0, old: true }, grey],
  ];
  for (const [what, file, shown] of cases) {
    it(`${what} is read`, async () => {
      const { data, ...shape } = await decode(bmp(file));
      assert.deepEqual(data, shown);
      assert.deepEqual(shape, { height, width, channels: shown.length === length ? 1 : 3 });
    });
  }
});

/** A bitmap of 23 x 18 pixels with these codes. */
function runLength(bits: 4 | 8, ...codes: readonly (readonly number[])[]): Buffer {
  const palette = greys.slice(0, 2 ** bits);
  const whole = bmp({ bits, palette, value: () => 0, compression: bits === 8 ? 1 : 2 });
  return Buffer.concat([whole.subarray(0, whole.readUInt32LE(10)), Buffer.from(codes.flat())]);
}

describe("a run-length coded bitmap", () => {
  /** Rows from the lowest one on, as Pillow decodes them. */
  const shown = (...rows: readonly (readonly number[])[]): Uint8Array => {
    const data = new Uint8Array(length);
    rows.forEach((row, y) => {
      data.set(row, (height - 1 - y) * width);
    });
    return data;
  };

  it("of 8 bits has runs, pixels as they are, ends of lines and jumps", async () => {
    const file = runLength(
      ...[8 as const, [3, 7], [0, 3, 10, 20, 30, 0], [0, 0]],
      ...[
        [2, 9],
        [0, 2, 3, 1],
        [1, 200],
        [0, 1],
      ],
    );
    const { data, channels } = await decode(file);
    assert.equal(channels, 1);
    assert.deepEqual(data, shown([7, 7, 7, 10, 20, 30], [9, 9], [0, 0, 0, 0, 0, 200]));
  });

  it("of 4 bits has two pixels a byte", async () => {
    const file = runLength(4, [5, 0x3a], [0, 5, 0x12, 0x34, 0x50, 0], [0, 0], [1, 0xf0], [0, 1]);
    assert.deepEqual((await decode(file)).data, shown([3, 10, 3, 10, 3, 1, 2, 3, 4, 5], [15]));
  });
});

const named = (head: string, values: Uint8Array | string): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.from(values)]);
const size = `${width} ${height}`;

describe("a PGM or PPM", () => {
  const shown = Uint8Array.from(twelve, (value) => Math.round((255 * value) / 4095));
  const words = Buffer.from(bytesOf(twelve)).swap16();
  const cases: [what: string, file: Buffer, shown: Uint8Array][] = [
    ["of 8 bits", named(`P5\n${size}\n255\n`, grey), grey],
    ["of colours", named(`P6 ${size} 255\n`, colours), colours],
    ["with comments", named(`P5 # a scan\n# of ${size}\n${width}\n#\n${height} 255\n`, grey), grey],
    ["of 12 bits", named(`P5\n${size}\n4095\n`, words), shown],
    ["of 12 bits in 16", named(`P5\n${size}\n65535\n`, words), shown],
    [
      "of four greys",
      named(
        `P5\n${size}\n3\n`,
        grey.map((value) => value >> 6),
      ),
      grey.map((value) => (value >> 6) * 85),
    ],
    ["in digits", named(`P2\n${size}\n255\n`, [...grey].join("\n")), grey],
    ["of colours in digits", named(`P3\n${size}\n255\n# more\n`, [...colours].join(" ")), colours],
  ];
  for (const [what, file, expected] of cases) {
    it(`${what} is read`, async () => {
      assert.deepEqual((await decode(file)).data, expected);
    });
  }

  it("of black and white is read, with its ones black", async () => {
    const black = grey.map((value) => value & 1);
    const rowBytes = Math.ceil(width / 8);
    const packedBits = new Uint8Array(rowBytes * height);
    black.forEach((bit, k) => {
      const [y, x] = [Math.floor(k / width), k % width];
      const at = rowBytes * y + (x >> 3);
      packedBits[at] = (packedBits[at] ?? 0) | (bit << (7 - (x & 7)));
    });
    const expected = black.map((bit) => (bit === 1 ? 0 : 255));
    assert.deepEqual((await decode(named(`P4\n# mask\n${size}\n`, packedBits))).data, expected);
    assert.deepEqual((await decode(named(`P1\n${size}\n`, black.join("")))).data, expected);
  });
});

describe("a JPEG 2000", () => {
  const info = { width, height, isSigned: false, componentCount: 1, bitsPerSample: 8 };
  const box = (name: string, ...content: Buffer[]): Buffer => {
    const whole = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(whole.length + 8);
    head.write(name, 4, "latin1");
    return Buffer.concat([head, whole]);
  };
  /** @param space 16: sRGB, 17: grey, 18: sYCC */
  const file = (codes: Buffer, space: number): Buffer =>
    Buffer.concat([
      box("jP  ", Buffer.from("0d0a870a", "hex")),
      box("ftyp", Buffer.from("jp2 \0\0\0\0jp2 ", "latin1")),
      box("jp2h", box("ihdr", Buffer.alloc(14)), box("colr", Buffer.of(1, 0, 0, 0, 0, 0, space))),
      box("jp2c", codes),
      // What a program says of itself, behind the picture.
      box("xml ", Buffer.from("<program>one that draws</program>")),
    ]);

  it("is read as a codestream and as a file, of 8, 12 and 16 bits and of colours", async () => {
    const shown = Uint8Array.from(twelve, (value) => Math.round((255 * value) / 4095));
    for (const [values, bits, expected] of [
      [grey, 8, grey],
      [bytesOf(twelve), 12, shown],
      [bytesOf(twelve), 16, shown],
    ] as const) {
      const codes = await encodeInWasm("openjpeg", values, { ...info, bitsPerSample: bits });
      assert.deepEqual((await decode(codes)).data, expected);
      assert.deepEqual((await decode(file(codes, 17))).data, expected);
    }
    const codes = await encodeInWasm("openjpeg", colours, { ...info, componentCount: 3 });
    assert.deepEqual((await decode(codes)).data, colours);
    assert.deepEqual((await decode(file(codes, 16))).data, colours);
  });

  it("is refused where its colours, channels or values are others, or it is cut", async () => {
    const codes = await encodeInWasm("openjpeg", colours, { ...info, componentCount: 3 });
    // One channel more in the codestream's header (ITU T.800, A.5.1).
    const transparent = Buffer.concat([codes.subarray(0, 51), Buffer.of(7, 1, 1), codes.subarray(51)]);
    transparent.writeUInt16BE(4, 40);
    transparent.writeUInt16BE(transparent.readUInt16BE(4) + 3, 4);
    const signed = await encodeInWasm("openjpeg", grey, { ...info, isSigned: true });
    for (const [bytes, reason] of [
      [file(codes, 18), /neither grey nor RGB/],
      [signed, /with signed values[^]*convert it to a PNG/],
      [transparent, /of 4 channels, as with transparency[^]*convert it to a PNG/],
      [codes.subarray(0, codes.length / 2), /cut short or damaged/],
      [codes.subarray(0, 30), /cut short or damaged/],
    ] as const) {
      await assert.rejects(decode(bytes), { name: "BadImage", message: reason });
    }
  });
});

describe("bitmaps that are not read", () => {
  const plain: Bitmap = { bits: 8, palette: greys, value: () => 0 };
  const large = (file: Buffer, side: number): Buffer => {
    file.writeInt32LE(side, 18);
    file.writeInt32LE(side, 22);
    return file;
  };
  const cases: [what: string, file: Buffer, reason: RegExp, kind?: string][] = [
    [
      "with a JPEG inside",
      bmp({ ...plain, compression: 4 }),
      /a BMP with JPEG[^]*convert it to a PNG/,
      "unsupported",
    ],
    ["codes that lead out", runLength(8, [30, 7], [0, 1]), /codes lead out/],
    ["codes without an end", runLength(8, [3, 7]), /cut short/],
    ["codes of 8 bits in 4", bmp({ ...plain, bits: 4, compression: 1 }), /a contradiction/],
    ["cut BMP", bmp(plain).subarray(0, -10), /cut short/],
    ["BMP without pixels", large(bmp(plain), 0), /without pixels/],
    ["large BMP", large(bmp(plain), 20_000), /20000 x 20000 pixels, which is more than/, "tooLarge"],
    [
      "PAM",
      named(`P7\nWIDTH ${width}\n`, grey),
      /a PAM file, which is not read[^]*convert it/,
      "unsupported",
    ],
    ["cut PBM", named(`P4\n${size}\n`, grey.subarray(0, 20)), /cut short/],
    ["cut PBM in digits", named(`P1\n${size}\n`, "1 0 1"), /cut short/],
    ["cut PGM", named(`P5\n${size}\n255\n`, grey.subarray(9)), /cut short/],
    ["cut PGM in digits", named(`P2\n${size}\n255\n`, "1 2 3"), /cut short/],
    [
      "PBM with a digit that is no bit",
      named(`P1\n${size}\n`, "1 0 2 1"),
      /holds "2" among its pixels, .* 0 to 1/,
    ],
    ["PGM with a word", named(`P2\n${size}\n255\n`, "1 x 3 4"), /holds "x" among its pixels, .* 0 to 255/],
    ["PGM of two values, with another", named(`P2\n${size}\n1\n`, "1 0 10 1"), /holds "10" among .* 0 to 1/],
    ["PGM with less than nothing", named(`P2\n${size}\n255\n`, "1 -5 3"), /holds "-5" among/],
    ["PGM brighter than white", named(`P2\n${size}\n100\n`, "1 101 3"), /holds "101" among .* 0 to 100/],
    ["damaged PGM", named("P5\nx 3\n255\n", grey), /header of PBM, PGM or PPM that is damaged/],
    ["large PPM", named("P6\n20000 20000\n255\n", grey), /20000 x 20000 pixels/, "tooLarge"],
  ];
  for (const [what, file, reason, kind = "unreadable"] of cases) {
    it(`${what}: named by what it is`, async () => {
      await assert.rejects(decode(file), (error: unknown) => {
        assert.ok(error instanceof BadImage, String(error));
        assert.match(error.message, reason);
        assert.equal(error.kind, kind);
        return true;
      });
    });
  }
});
