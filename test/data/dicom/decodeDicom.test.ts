import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { BadImage } from "../../../src/data/images/BadImage.js";
import { decodeBytes } from "../../../src/data/images/decodeImage.js";
import type { Pixels } from "../../../src/data/images/Pixels.js";
import { decodeInThread } from "../../../src/data/images/decodeInThread.js";
import { processorSeconds } from "../processorSeconds.js";
import {
  type Elements,
  attributes,
  bytesOf,
  dicomFile,
  eightBits,
  syntaxes,
} from "../../support/dicomFile.js";
import { encodeInWasm, jpegLossless, rle } from "../../support/dicomEncoders.js";

const [height, width] = [20, 24];
const length = height * width;
/** 12 bits, rising and falling. */
const values = Uint16Array.from({ length }, (_, k) => Math.round(2047 + 2047 * Math.sin(k / 23)));
const smooth = Uint8Array.from(values, (value) => value >> 4);
const twelve: Elements = { "00280101": ["US", 12], "00280102": ["US", 11] };
/** Linear-exact of the full range of 12 bits: the level is the value times 255 / 4096. */
const fullWindow: Elements = {
  "00281050": ["DS", "2048"],
  "00281051": ["DS", "4096"],
  "00281056": ["CS", "LINEAR_EXACT"],
};
const expected = Uint8Array.from(values, (value) => Math.round((value * 255) / 4096));

const decode = (file: Buffer): Promise<Pixels> => decodeBytes(file, "x-ray.dcm");
const furthest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - (b[k] ?? NaN))), 0);
const word = (pixels: Uint16Array, changed: Elements = {}): Elements =>
  attributes(height, width, { ...twelve, ...fullWindow, ...changed, "7FE00010": ["OW", bytesOf(pixels)] });

describe("decodeDicom: transfer syntaxes", () => {
  it("reads a deflated file, and none that holds more than an X-ray", async () => {
    const named = dicomFile(syntaxes.deflated, {});
    const dataSet = dicomFile(syntaxes.explicit, word(values)).subarray(
      dicomFile(syntaxes.explicit, {}).length,
    );
    const { data } = await decode(Buffer.concat([named, deflateRawSync(dataSet)]));
    assert.deepEqual(data, expected);
    const cut = Buffer.concat([named, deflateRawSync(dataSet).subarray(0, -20)]);
    await assert.rejects(decode(cut), /is cut short/);

    const bomb = Buffer.concat([named, deflateRawSync(Buffer.alloc(256e6))]);
    assert.ok(bomb.length < 3e5);
    await assert.rejects(decode(bomb), /holds more than 128 MB once inflated/);
  });

  for (const name of ["implicit", "explicit", "bigEndian"] as const) {
    it(`reads ${name}`, async () => {
      const { data, ...shape } = await decode(dicomFile(syntaxes[name], word(values)));
      assert.deepEqual(shape, { height, width, channels: 1 });
      assert.deepEqual(data, expected);
    });
  }

  const compressed: [name: keyof typeof syntaxes, encode: () => Buffer | Promise<Buffer>][] = [
    ["jpegLossless", () => jpegLossless(values, height, width, 12)],
    ["jpegLosslessFirst", () => jpegLossless(values, height, width, 12)],
    ["jpegLs", () => encodeInWasm("charls", bytesOf(values), frameInfo(12))],
    ["jpeg2000", () => encodeInWasm("openjpeg", bytesOf(values), frameInfo(12))],
    [
      "rle",
      () => rle([values.map((v) => v >> 8), values.map((v) => v & 255)].map((v) => Uint8Array.from(v))),
    ],
  ];
  for (const [name, encode] of compressed) {
    it(`reads ${name}, of one fragment and of two`, async () => {
      const frame = await encode();
      const header = attributes(height, width, { ...twelve, ...fullWindow });
      for (const fragments of [[frame], [frame.subarray(0, 40), frame.subarray(40)]]) {
        const { data } = await decode(dicomFile(syntaxes[name], header, fragments));
        assert.deepEqual(data, expected);
      }
    });
  }

  it("reads lossless JPEG of 8 and of 16 bits", async () => {
    const small = attributes(height, width, eightBits(1, "MONOCHROME2"));
    const eight = jpegLossless(smooth, height, width, 8);
    assert.deepEqual((await decode(dicomFile(syntaxes.jpegLossless, small, [eight]))).data, smooth);
    const wide = values.map((value, k) => (k % 2 === 0 ? value * 16 : 65535 - value));
    const [low, high] = [Math.min(...wide), Math.max(...wide)];
    const frame = jpegLossless(wide, height, width, 16);
    const { data } = await decode(dicomFile(syntaxes.jpegLosslessFirst, attributes(height, width), [frame]));
    assert.deepEqual(
      data,
      Uint8Array.from(wide, (value) => Math.round(255 * ((value - low) / (high - low)))),
    );
  });

  it("reads baseline JPEG as sharp does", async () => {
    const raw = { raw: { height, width, channels: 1 } } as const;
    const frame = await sharp(smooth, raw).toColourspace("b-w").jpeg({ quality: 90 }).toBuffer();
    const header = attributes(height, width, eightBits(1, "MONOCHROME2"));
    const { data } = await decode(dicomFile(syntaxes.jpeg, header, [frame]));
    assert.deepEqual(data, Uint8Array.from(await sharp(frame).toColourspace("b-w").raw().toBuffer()));
  });

  it("reads lossy JPEG 2000 to within 3 of 255", async () => {
    const frame = await encodeInWasm("openjpeg", smooth, frameInfo(8), false);
    const header = attributes(height, width, eightBits(1, "MONOCHROME2"));
    const { data } = await decode(dicomFile(syntaxes.jpeg2000Lossy, header, [frame]));
    const distance = furthest(data, smooth);
    assert.ok(distance > 0 && distance <= 3, `${distance}`);
  });
});

describe("decodeDicom: colours", () => {
  const rgb = Uint8Array.from(
    { length: length * 3 },
    (_, k) => (smooth[Math.floor(k / 3)] ?? 0) / ((k % 3) + 1),
  );
  const plane = (k: number): Uint8Array => rgb.filter((_, at) => at % 3 === k);
  const planes = [plane(0), plane(1), plane(2)];

  it("reads RGB pixel by pixel, colour by colour and run-length coded", async () => {
    const native = (planar: number, pixels: Uint8Array): Buffer =>
      dicomFile(
        syntaxes.explicit,
        attributes(height, width, { ...eightBits(3, "RGB", planar), "7FE00010": ["OB", pixels] }),
      );
    const header = attributes(height, width, eightBits(3, "RGB"));
    for (const file of [
      native(0, rgb),
      native(1, Buffer.concat(planes)),
      dicomFile(syntaxes.rle, header, [rle(planes)]),
    ]) {
      const { data, channels } = await decode(file);
      assert.equal(channels, 3);
      assert.deepEqual(data, rgb);
    }
  });

  it("reads JPEG and JPEG 2000 in colour", async () => {
    const jpeg = await sharp(rgb, { raw: { height, width, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const header = attributes(height, width, eightBits(3, "YBR_FULL_422"));
    const baseline = await decode(dicomFile(syntaxes.jpeg, header, [jpeg]));
    assert.ok(furthest(baseline.data, await sharp(jpeg).raw().toBuffer()) <= 1);
    const j2k = await encodeInWasm("openjpeg", rgb, { ...frameInfo(8), componentCount: 3 });
    const reversible = attributes(height, width, eightBits(3, "YBR_RCT"));
    assert.deepEqual((await decode(dicomFile(syntaxes.jpeg2000, reversible, [j2k]))).data, rgb);
  });

  it("turns YBR_FULL into RGB, and RGB without colour into grey", async () => {
    const three = (photometric: string, pixels: number[]): Buffer =>
      dicomFile(
        syntaxes.explicit,
        attributes(1, 2, { ...eightBits(3, photometric), "7FE00010": ["OB", Uint8Array.from(pixels)] }),
      );
    // Pure red is (76, 85, 255) by the standard's equations.
    const red = await decode(three("YBR_FULL", [76, 85, 255, 128, 128, 128]));
    assert.deepEqual([...red.data], [254, 0, 0, 128, 128, 128]);
    const grey = await decode(three("RGB", [9, 9, 9, 200, 200, 200]));
    assert.deepEqual([grey.channels, ...grey.data], [1, 9, 200]);
  });
});

describe("decodeDicom: stored bits", () => {
  it("reads signed values, other bits above and below, and rescales", async () => {
    const signed = Int16Array.of(-100, 0, 100, 300);
    const high = signed.map((value) => (value << 4) | 5);
    const file = dicomFile(
      syntaxes.explicit,
      attributes(1, 4, {
        "00280101": ["US", 12],
        "00280102": ["US", 15],
        "00280103": ["US", 1],
        "00281052": ["DS", "-50"],
        "00281053": ["DS", "0.5"],
        "00281050": ["DS", "0\\7"],
        "00281051": ["DS", "200\\9"],
        "00281056": ["CS", "LINEAR_EXACT"],
        "7FE00010": ["OW", bytesOf(high)],
      }),
    );
    // -100, -50, 0 and 100 in a window from -100 to 100.
    assert.deepEqual([...(await decode(file)).data], [0, 64, 128, 255]);
  });

  it("reads VOI lookup tables in explicit and implicit syntax", async () => {
    const table = Uint16Array.of(0, 1023, 511, 100);
    for (const syntax of [syntaxes.explicit, syntaxes.implicit]) {
      const file = dicomFile(
        syntax,
        attributes(1, 6, {
          "00283010": ["SQ", [{ "00283002": ["US", 4, 10, 10], "00283006": ["OW", bytesOf(table)] }]],
          "7FE00010": ["OW", bytesOf(Uint16Array.of(0, 10, 11, 12, 13, 99))],
        }),
      );
      const [gone, half, last] = [0, Math.round((511 / 1023) * 255), Math.round((100 / 1023) * 255)];
      assert.deepEqual([...(await decode(file)).data], [gone, 0, 255, half, last, last]);
    }
  });
});

/** All of 12 bits, in 64 x 64 pixels. */
const ramp = Uint16Array.from({ length: 4096 }, (_, k) => k);
const rampFile = (changed: Elements, syntax: string = syntaxes.explicit): Buffer =>
  dicomFile(syntax, attributes(64, 64, { ...twelve, ...changed, "7FE00010": ["OW", bytesOf(ramp)] }));

describe("decodeDicom: lookup tables and windows as files have them", () => {
  const whole = Uint8Array.from(ramp, (value) => Math.round((value * 255) / 4095));
  const voiLut = (bits: number, entries: Uint8Array, count = 4096): Elements => ({
    "00283010": ["SQ", [{ "00283002": ["US", count, 0, bits], "00283006": ["OW", entries] }]],
  });

  for (const syntax of [syntaxes.explicit, syntaxes.implicit]) {
    it(`takes a table's own largest entry as white, whatever its bits are said to be, in ${syntax}`, async () => {
      assert.deepEqual((await decode(rampFile(voiLut(16, bytesOf(ramp)), syntax))).data, whole);
    });

    it(`holds the last entry of a table that is one short, in ${syntax}`, async () => {
      for (const bits of [12, 16]) {
        const { data } = await decode(rampFile(voiLut(bits, bytesOf(ramp.slice(0, 4095))), syntax));
        assert.deepEqual(
          data,
          Uint8Array.from(ramp, (value) => Math.round((Math.min(value, 4094) * 255) / 4094)),
        );
      }
    });
  }

  it("refuses a table that is cut in half, and takes none of more than 8 bits for bytes", async () => {
    await assert.rejects(decode(rampFile(voiLut(12, bytesOf(ramp.slice(0, 2048))))), /damaged lookup table/);
    const eight = Uint8Array.from(ramp, (value) => value >> 4);
    assert.deepEqual((await decode(rampFile(voiLut(8, eight)))).data, eight);
  });

  it("takes the modality table of one entry less", async () => {
    const { data } = await decode(
      rampFile({
        "00283000": [
          "SQ",
          [{ "00283002": ["US", 4096, 0, 16], "00283006": ["OW", bytesOf(ramp.slice(0, 4095))] }],
        ],
      }),
    );
    assert.deepEqual(
      data,
      Uint8Array.from(ramp, (value) => Math.round((Math.min(value, 4094) * 255) / 4094)),
    );
  });

  const window: Elements = { "00281050": ["DS", "1000"], "00281051": ["DS", "800"] };
  const voi: Elements = { "00289132": ["SQ", [window]] };
  const rescaled: Elements = {
    "00289145": ["SQ", [{ "00281052": ["DS", "-500"], "00281053": ["DS", "2"] }]],
  };
  const whiteShare = async (file: Buffer): Promise<number> => {
    const { data } = await decode(file);
    return data.filter((value) => value === 255).length / data.length;
  };

  for (const syntax of [syntaxes.explicit, syntaxes.implicit]) {
    it(`obeys the window and the rescaling in functional groups, in ${syntax}`, async () => {
      // White from 1399 on.
      assert.equal(Math.round(100 * (await whiteShare(rampFile(window, syntax)))), 66);
      const shared = await whiteShare(rampFile({ "52009229": ["SQ", [voi]] }, syntax));
      assert.equal(Math.round(100 * shared), 66);
      const perFrame = await whiteShare(
        rampFile({ "52009230": ["SQ", [voi]], "52009229": ["SQ", [{}]] }, syntax),
      );
      assert.equal(perFrame, shared);
      // 2 v - 500 is 1399 at 950.
      const both = await whiteShare(rampFile({ "52009229": ["SQ", [{ ...voi, ...rescaled }]] }, syntax));
      assert.equal(Math.round(100 * both), 77);
    });
  }

  it("takes the window beside an empty table, and its function in any case", async () => {
    const empty: Elements = {
      "00283010": ["SQ", [{ "00283002": ["US", 0, 0, 16], "00283006": ["OW", Buffer.alloc(0)] }]],
    };
    for (const changed of [empty, { "00283010": ["SQ", []] as const }]) {
      assert.equal(Math.round(100 * (await whiteShare(rampFile({ ...window, ...changed })))), 66);
    }
    const exact = { ...fullWindow, "00281056": ["CS", "Linear_Exact"] as const };
    assert.deepEqual((await decode(dicomFile(syntaxes.explicit, word(values, exact)))).data, expected);
  });

  it("reads JPEG 2000 and JPEG-LS of 8 bits in 16 allocated", async () => {
    const header = attributes(height, width, { "00280101": ["US", 8], "00280102": ["US", 7] });
    for (const [name, syntax] of [
      ["openjpeg", syntaxes.jpeg2000],
      ["charls", syntaxes.jpegLs],
    ] as const) {
      const frame = await encodeInWasm(name, smooth, frameInfo(8));
      assert.deepEqual((await decode(dicomFile(syntax, header, [frame]))).data, smooth);
    }
  });
});

describe("decodeDicom: limits", () => {
  const header = attributes(height, width, twelve);
  const reasonOf = async (file: Buffer): Promise<{ kind: string; reason: string; seconds: number }> => {
    let [kind, reason] = ["", ""];
    const seconds = await processorSeconds(() =>
      decode(file).catch((error: unknown) => {
        assert.ok(error instanceof BadImage);
        ({ kind, reason } = error);
      }),
    );
    return { kind, reason, seconds };
  };

  it("compares the sizes before it decodes", async () => {
    const frame = await encodeInWasm("openjpeg", bytesOf(values), frameInfo(12));
    for (const at of [8, 12, 24, 28]) frame.writeUInt32BE(20000, at);
    const { reason, seconds } = await reasonOf(dicomFile(syntaxes.jpeg2000, header, [frame]));
    assert.match(reason, /says 24 x 20 pixels of 1 samples, and its compressed image has 20000 x 20000 of 1/);
    assert.ok(seconds < 2, `${seconds} s`);
  });

  it("refuses tiles, samples and bits that no X-ray has", async () => {
    const changed = async (change: (frame: Buffer) => void): Promise<string> => {
      const frame = await encodeInWasm("openjpeg", bytesOf(values), frameInfo(12));
      change(frame);
      return (await reasonOf(dicomFile(syntaxes.jpeg2000, header, [frame]))).reason;
    };
    // Tiles of 0 x 0.
    assert.match(await changed((frame) => frame.fill(0, 24, 32)), /more than 16384 tiles/);
    assert.match(await changed((frame) => frame.writeUInt8(2, 43)), /samples differ in size or bits/);
    assert.match(await changed((frame) => frame.writeUInt8(30, 42)), /says 16 bits a sample, and .* has 31/);
    assert.match(await changed((frame) => frame.writeUInt16BE(16384, 40)), /cut short or damaged/);
  });

  it("refuses half a JPEG-LS at once, with its end or without", async () => {
    const frame = await encodeInWasm("charls", bytesOf(values), frameInfo(12));
    const half = frame.subarray(0, frame.length / 2);
    for (const cut of [half, Buffer.concat([half, Buffer.of(0xff, 0xd9)])]) {
      const { reason, seconds } = await reasonOf(dicomFile(syntaxes.jpegLs, header, [cut]));
      assert.match(reason, /cut short or damaged/);
      assert.ok(seconds < 2, `${seconds} s`);
    }
  });

  it("shows nothing in place of garbage, whatever came before", async () => {
    const frame = await encodeInWasm("openjpeg", bytesOf(values), frameInfo(12));
    const garbage = Buffer.concat([Buffer.from("not an image at all "), Buffer.of(0xff, 0xd9)]);
    const noTiles = Buffer.concat([frame.subarray(0, 100), frame.subarray(-2)]);
    for (const bad of [garbage, noTiles]) {
      await decode(dicomFile(syntaxes.jpeg2000, header, [frame]));
      const { reason } = await reasonOf(dicomFile(syntaxes.jpeg2000, header, [bad]));
      assert.match(reason, /cut short or damaged/);
    }
  });

  it("refuses too many pixels by the header", async () => {
    const large = attributes(9000, 8000, { "7FE00010": ["OW", Buffer.alloc(8)] });
    const { kind, reason } = await reasonOf(dicomFile(syntaxes.explicit, large));
    assert.equal(kind, "tooLarge");
    assert.match(reason, /has 8000 x 9000 pixels, which is more than the 64 million/);
  });

  it("ends a decoder whose time is over, leaves others their turn meanwhile, and goes on", async () => {
    const plane = Buffer.alloc(2 * Math.ceil(16e6 / 128), Buffer.of(129, 7));
    const large = dicomFile(syntaxes.rle, attributes(4000, 4000, eightBits(1, "MONOCHROME2")), [
      Buffer.concat([Buffer.from(Uint32Array.of(1, 64).buffer), Buffer.alloc(56), plane]),
    ]);
    assert.equal((await decodeInThread(large)).width, 4000);
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    const waiting = decodeInThread(large, () => 0.02);
    const next = decode(dicomFile(syntaxes.explicit, word(values)));
    await assert.rejects(waiting, { name: "UnreadableImage", kind: "timeout", message: /takes too long/ });
    clearInterval(count);
    assert.ok(turns > 0);
    assert.deepEqual((await next).data, expected);
  });
});

describe("decodeDicom: headers that do not fit the pixels", () => {
  const window: Elements = { "00281050": ["DS", "1000"], "00281051": ["DS", "800"] };
  const info = (bitsPerSample: number): Parameters<typeof encodeInWasm>[2] => ({
    ...frameInfo(bitsPerSample),
    width: 64,
    height: 64,
  });
  const header = (changed: Elements = {}): Elements => attributes(64, 64, { ...twelve, ...changed });
  const levelsOf = async (file: Buffer): Promise<readonly (number | undefined)[]> => {
    const { data } = await decode(file);
    return [data[0], data.at(-1), new Set(data).size];
  };
  const windowed = [0, 255, 256];

  it("cuts off what near-lossless coding adds to white", async () => {
    const values = ramp.map((value) => Math.min(4095 + 40, value + 40));
    const frame = await encodeInWasm("charls", bytesOf(values), info(16));
    const { data } = await decode(dicomFile(syntaxes.jpegLs, header(), [frame]));
    assert.equal(data.at(-1), 255);
    assert.ok(data.every((value, k) => k === 0 || value >= (data[k - 1] ?? 0)));
    const far = await encodeInWasm("openjpeg", bytesOf(ramp.map((value) => value * 16)), info(16));
    await assert.rejects(
      decode(dicomFile(syntaxes.jpeg2000, header(), [far])),
      /says 12 bits stored, and holds/,
    );
  });

  it("follows the sign of a JPEG 2000 image", async () => {
    const signedRamp = Int16Array.from(ramp, (value) => value - 2048);
    const frame = await encodeInWasm("openjpeg", bytesOf(signedRamp), { ...info(16), isSigned: true });
    const signed: Elements = { "00280103": ["US", 1] };
    assert.deepEqual(await levelsOf(dicomFile(syntaxes.jpeg2000, header(signed), [frame])), windowed);
  });

  it("clears bits above the stored ones, unless the values go on into them", async () => {
    const holding = (values: Uint16Array) =>
      dicomFile(syntaxes.explicit, header({ "7FE00010": ["OW", bytesOf(values)] }));
    // Old overlays that no element tells of: in one of the unused bits, in all of them, in all pixels.
    for (const drawn of [
      (value: number) => (value % 2 === 0 ? 0x4000 : 0),
      (value: number) => (value % 640 < 3 ? 0xf000 : 0),
      () => 0xf000,
    ]) {
      assert.deepEqual(await levelsOf(holding(ramp.map((value) => value | drawn(value)))), windowed);
    }
    for (const larger of [ramp.map((value) => value * 16), ramp.map((value) => value + 3000)]) {
      await assert.rejects(decode(holding(larger)), /says 12 bits stored, and holds/);
    }
    const withOverlay = bytesOf(ramp.map((value) => value | (value % 2 === 0 ? 0x4000 : 0)));
    const pixels = { "7FE00010": ["OW", withOverlay] } as const;
    const overlay: Elements = { "60000100": ["US", 16], "60000102": ["US", 14] };
    assert.deepEqual(
      await levelsOf(dicomFile(syntaxes.explicit, header({ ...pixels, ...overlay }))),
      windowed,
    );
    const signed = Int16Array.from(ramp, (value) => value - 2048);
    const signedFile: Elements = { "00280103": ["US", 1], "7FE00010": ["OW", bytesOf(signed)] };
    assert.deepEqual(await levelsOf(dicomFile(syntaxes.explicit, header(signedFile))), windowed);
    // Padding that needs more bits is black, and no part of the range.
    signed[4095] = -32768;
    const padded: Elements = { ...signedFile, "00280120": ["SS", -32768] };
    const { data } = await decode(dicomFile(syntaxes.explicit, header(padded)));
    assert.deepEqual([data[0], data[4094], data[4095]], [0, 255, 0]);
  });

  const blanks: [what: string, changed: Elements][] = [
    ["rescaling", { "00281053": ["DS", "  "], "00281052": ["DS", " "] }],
    ["VOI LUT function", { "00281056": ["CS", "  "] }],
    ["first window", { "00281050": ["DS", "\\1000"], "00281051": ["DS", "0\\800"] }],
  ];
  for (const [what, changed] of blanks) {
    it(`takes a blank ${what} for none`, async () => {
      const { data } = await decode(rampFile({ ...window, ...changed }));
      assert.deepEqual(data, (await decode(rampFile(window))).data);
    });
  }

  const group = (changed: Elements): Elements => ({
    "52009229": ["SQ", [{ "00289145": ["SQ", [changed]] }]],
  });
  it("takes an intercept that stands alone in a functional group", async () => {
    const { data } = await decode(rampFile({ ...window, ...group({ "00281052": ["DS", "-500"] }) }));
    assert.deepEqual(data, (await decode(rampFile({ ...window, "00281052": ["DS", "-500"] }))).data);
  });

  const table = (count: number, bits: number, entries: Uint16Array): Elements => ({
    "00283010": ["SQ", [{ "00283002": ["US", count, 0, bits], "00283006": ["OW", bytesOf(entries)] }]],
  });
  it("takes the largest entry of a table that exceeds its bits as white", async () => {
    const expected = Uint8Array.from(ramp, (value) => Math.round((value * 255) / 4095));
    assert.deepEqual((await decode(rampFile(table(4096, 8, ramp)))).data, expected);
  });

  const refused: [what: string, changed: Elements, reason: RegExp][] = [
    ["a slope of 0", { "00281053": ["DS", "0"] }, /rescale slope of 0/],
    ["a slope with a comma", { "00281053": ["DS", "0,5"] }, /rescale slope that is no number/],
    ["two slopes", { "00281053": ["DS", "1\\2"] }, /rescale slope of several values/],
    ["a slope in words in a group", group({ "00281053": ["DS", "ONE"] }), /rescale slope that is no number/],
    ["an intercept without end", { "00281052": ["DS", "1e400"] }, /rescale intercept that is no number/],
    ["a window in words", { ...window, "00281050": ["DS", "abc"] }, /window centre that is no number/],
    ["a width with a comma", { ...window, "00281051": ["DS", "800,5"] }, /window width that is no number/],
    ["frames in words", { "00280008": ["IS", "abc"] }, /number of frames that is no number/],
    ["a window above all", { ...window, "00281050": ["DS", "30000"] }, /one grey level/],
    ["a window below all", { ...window, "00281050": ["DS", "-5000"] }, /one grey level/],
    ["a table of zeros", table(4096, 12, new Uint16Array(4096)), /one grey level/],
    ["a table longer than it says", table(256, 12, ramp), /says 256 entries of 12 bits, and has 4096/],
    ["fewer rows than pixels", { "00280010": ["US", 32] }, /holds 8192 bytes of pixels, and .* make 4096/],
  ];
  for (const [what, changed, reason] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(decode(rampFile(changed)), { name: "BadImage", message: reason });
    });
  }

  it("refuses a second picture behind the first in every coding", async () => {
    const lossless = jpegLossless(ramp, 64, 64, 12);
    const jpegLs = await encodeInWasm("charls", bytesOf(ramp), info(12));
    const jpeg2000 = await encodeInWasm("openjpeg", bytesOf(ramp), info(12));
    const runs = rle([ramp.map((v) => v >> 8), ramp.map((v) => v & 255)].map((v) => Uint8Array.from(v)));
    for (const [syntax, frame, reason] of [
      [syntaxes.jpegLossless, lossless, /more than one picture/],
      [syntaxes.jpegLs, jpegLs, /more than one picture/],
      [syntaxes.jpeg2000, jpeg2000, /more than one picture/],
      [syntaxes.rle, runs, /more pixels than/],
    ] as const) {
      assert.equal((await decode(dicomFile(syntax, header(), [frame]))).data.at(-1), 255);
      await assert.rejects(decode(dicomFile(syntax, header(), [frame, frame])), reason);
    }
  });

  it("reads files with integers of 64 bits, also in sequences", async () => {
    const element = (vr: string, length: number): Buffer =>
      Buffer.concat([
        Buffer.of(9, 0, 1, 16),
        Buffer.from(`${vr}\0\0`),
        Buffer.of(length, 0, 0, 0),
        Buffer.alloc(length, 7),
      ]);
    const file = rampFile({});
    const plain = (await decode(file)).data;
    const start = dicomFile(syntaxes.explicit, {}).length;
    for (const vr of ["OV", "SV", "UV"]) {
      const inner = element(vr, 8);
      const item = Buffer.concat([Buffer.of(0xfe, 0xff, 0, 0xe0, inner.length, 0, 0, 0), inner]);
      const sequence = Buffer.concat([
        Buffer.of(9, 0, 2, 16),
        Buffer.from("SQ\0\0"),
        Buffer.of(item.length, 0, 0, 0),
        item,
      ]);
      const longer = Buffer.concat([
        file.subarray(0, start),
        element(vr, 64),
        sequence,
        file.subarray(start),
      ]);
      assert.deepEqual((await decode(longer)).data, plain);
    }
  });

  it("reads files with other bytes behind their pixels", async () => {
    const file = rampFile({});
    const { data } = await decode(Buffer.concat([file, Buffer.from("no element".repeat(99))]));
    assert.deepEqual(data, (await decode(file)).data);
  });

  it("reads a JPEG of 8 bits in 16 allocated", async () => {
    const raw = { raw: { height, width, channels: 1 } } as const;
    const frame = await sharp(smooth, raw).toColourspace("b-w").jpeg({ quality: 90 }).toBuffer();
    const eight: Elements = { "00280101": ["US", 8], "00280102": ["US", 7] };
    const { data } = await decode(dicomFile(syntaxes.jpeg, attributes(height, width, eight), [frame]));
    assert.deepEqual(data, Uint8Array.from(await sharp(frame).toColourspace("b-w").raw().toBuffer()));
    const header = attributes(height, width, twelve);
    await assert.rejects(
      decode(dicomFile(syntaxes.jpeg, header, [frame])),
      /says 12 bits a sample, and .* has 8/,
    );
  });
});

describe("decodeDicom: refusals", () => {
  const whole = dicomFile(syntaxes.explicit, word(values));
  const header = attributes(height, width, twelve);
  const jpeg = jpegLossless(values, height, width, 12);
  const cases: [what: string, file: () => Buffer | Promise<Buffer>, reason: RegExp][] = [
    ["no pixel data", () => dicomFile(syntaxes.explicit, header), /x-ray\.dcm holds no pixel data/],
    ["no fragments", () => dicomFile(syntaxes.rle, header, []), /holds no pixel data/],
    ["a cut file", () => whole.subarray(0, whole.length - 100), /cut short/],
    ["a cut header", () => whole.subarray(0, 170), /cut short|no pixel data|no DICOM file/],
    [
      "too few pixels",
      () => dicomFile(syntaxes.explicit, word(values, { "00280010": ["US", 999] })),
      /cut short/,
    ],
    ["a cut run-length image", () => dicomFile(syntaxes.rle, header, [Buffer.alloc(64, 1)]), /cut short/],
    [
      "a cut lossless JPEG",
      () => dicomFile(syntaxes.jpegLossless, header, [jpeg.subarray(0, 200)]),
      /cut short/,
    ],
    [
      "a cut JPEG 2000",
      async () => {
        const frame = await encodeInWasm("openjpeg", bytesOf(values), frameInfo(12));
        return dicomFile(syntaxes.jpeg2000, header, [frame.subarray(0, frame.length / 2)]);
      },
      /cut short/,
    ],
    [
      "a lossless JPEG that is as large, turned",
      () => dicomFile(syntaxes.jpegLossless, header, [jpegLossless(values, width, height, 12)]),
      /says 24 x 20 pixels of 1 samples, and its compressed image has 20 x 24 of 1/,
    ],
    [
      "a JPEG 2000 that is larger",
      async () => {
        const frame = await encodeInWasm("openjpeg", bytesOf(values), frameInfo(12));
        const smaller = { "00280010": ["US", 16], "00280011": ["US", 16] } as const;
        return dicomFile(syntaxes.jpeg2000, { ...header, ...smaller }, [frame]);
      },
      /says 16 x 16 pixels of 1 samples, and its compressed image has 24 x 20 of 1/,
    ],
    [
      "a colour JPEG that is said to be grey",
      async () => {
        const raw = { height, width, channels: 3 } as const;
        const frame = await sharp(Buffer.alloc(3 * length, 99), { raw })
          .jpeg()
          .toBuffer();
        return dicomFile(syntaxes.jpeg, attributes(height, width, eightBits(1, "MONOCHROME2")), [frame]);
      },
      /pixels of 1 samples, and its compressed image has 24 x 20 of 3/,
    ],
    ["video", () => dicomFile("1.2.840.10008.1.2.4.102", header, [jpeg]), /4\.102 \(compressed video\)/],
    ["an unknown syntax", () => dicomFile("1.2.3.4", header, [jpeg]), /transfer syntax 1\.2\.3\.4,/],
    [
      "frames",
      () => dicomFile(syntaxes.explicit, word(values, { "00280008": ["IS", "12"] })),
      /holds 12 frames/,
    ],
    [
      "a palette",
      () => dicomFile(syntaxes.explicit, word(values, { "00280004": ["CS", "PALETTE COLOR"] })),
      /lacks its palette of colours/,
    ],
    [
      "32 bits",
      () => dicomFile(syntaxes.explicit, word(values, { "00280100": ["US", 32] })),
      /allocates 32 bits for a sample/,
    ],
    [
      "1 bit",
      () => dicomFile(syntaxes.explicit, word(values, { "00280100": ["US", 1] })),
      /allocates 1 bit for a sample, as masks have/,
    ],
    [
      "what is no image",
      () => dicomFile(syntaxes.explicit, { "00080060": ["CS", "SR"], "00100010": ["PN", "Secret"] }),
      /holds no pixel data \(its modality is SR\)/,
    ],
    [
      "floating-point pixels",
      () => dicomFile(syntaxes.explicit, { ...header, "7FE00008": ["OW", bytesOf(values)] }),
      /floating-point numbers/,
    ],
    [
      "an index of a disc",
      () => dicomFile(syntaxes.explicit, { "00041220": ["SQ", []] }),
      /index of a disc \(DICOMDIR\)/,
    ],
    ["no magic word", () => Buffer.alloc(500, 1), /lacks the word DICM/],
  ];
  for (const [what, file, reason] of cases) {
    it(`names ${what}, and no patient`, async () => {
      await assert.rejects(
        async () => decode(await file()),
        (error: Error) => {
          assert.equal(error.name, "BadImage");
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /Secret/);
          assert.ok(what === "no magic word" || error.cause === undefined);
          return true;
        },
      );
    });
  }
});

function frameInfo(bitsPerSample: number): Parameters<typeof encodeInWasm>[2] {
  return { width, height, bitsPerSample, componentCount: 1, isSigned: false };
}
