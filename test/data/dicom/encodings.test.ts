import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { decodeBytes } from "../../../src/data/images/decodeImage.js";
import { dataSetEncoding } from "../../../src/data/dicom/dataSetEncoding.js";
import { encodeInWasm, jpegLossless, rle } from "../../support/dicomEncoders.js";
import {
  type Elements,
  attributes,
  bytesOf,
  dicomFile,
  eightBits,
  syntaxes,
} from "../../support/dicomFile.js";

const [height, width] = [20, 24];
const smooth = Uint8Array.from({ length: height * width }, (_, k) =>
  Math.round(127 + 120 * Math.sin(k / 23)),
);
/** What a data set begins with. */
const modality: Elements = { "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.1.1"], "00080060": ["CS", "DX"] };
const eight = attributes(height, width, { ...modality, ...eightBits(1, "MONOCHROME2") });
const wide: Elements = { "00280101": ["US", 8], "00280102": ["US", 7] };
const sixteen = attributes(height, width, { ...modality, ...wide });
const native: Elements = { ...sixteen, "7FE00010": ["OW", bytesOf(Uint16Array.from(smooth))] };

const levelsOf = async (file: Buffer): Promise<Uint8Array> => (await decodeBytes(file, "x-ray")).data;
const shows = async (file: Buffer, what: string): Promise<void> => {
  assert.deepEqual(await levelsOf(file), smooth, what);
};

/** The elements behind group 2, as a file of this syntax has them. */
function dataSet(syntax: string, elements: Elements, fragments?: readonly Uint8Array[]): Buffer {
  return dicomFile(syntax, elements, fragments).subarray(dicomFile(syntax, {}).length);
}
const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]);
const metaOf = (syntax: string): Buffer => dicomFile(syntax, {}).subarray(132);
const encodings = [syntaxes.implicit, syntaxes.explicit, syntaxes.bigEndian];

describe("decodeDicom: files as archives leave them", () => {
  for (const syntax of encodings) {
    const data = dataSet(syntax, native);
    it(`reads ${syntax} without preamble, magic word, meta elements or transfer syntax`, async () => {
      await shows(data, "nothing but the data set");
      await shows(Buffer.concat([preamble, data]), "no meta elements");
      await shows(Buffer.concat([metaOf(syntax), data]), "no preamble");
      await shows(Buffer.concat([Buffer.from("DICM"), metaOf(syntax), data]), "the magic word alone");
      // The implementation, and nothing else.
      const other = Buffer.from("0200120055490600" + Buffer.from("1.2.3\0").toString("hex"), "hex");
      await shows(Buffer.concat([preamble, other, data]), "no transfer syntax");
      await shows(Buffer.concat([other, data]), "neither preamble nor transfer syntax");
      const meta = metaOf(syntax);
      const implicitMeta = Buffer.concat([
        meta.subarray(0, 4),
        Buffer.of(meta.length - 8, 0, 0, 0),
        meta.subarray(8),
      ]);
      await shows(Buffer.concat([preamble, implicitMeta, data]), "meta elements without representations");
    });

    it(`reads ${syntax} where the header says another encoding`, async () => {
      for (const said of [...encodings, syntaxes.deflated]) {
        await shows(Buffer.concat([preamble, metaOf(said), data]), `says ${said}`);
      }
    });
  }

  it("reads a deflated data set of either encoding, without preamble too", async () => {
    for (const syntax of [syntaxes.explicit, syntaxes.implicit]) {
      const deflated = deflateRawSync(dataSet(syntax, native));
      await shows(Buffer.concat([metaOf(syntaxes.deflated), deflated]), syntax);
    }
  });

  it("takes nothing for a data set that only begins a little like one", async () => {
    const integers = Buffer.from(Int32Array.from({ length: 400 }, (_, k) => k + 8).buffer);
    const text = Buffer.from("\b\0text of a program that wrote its length first".repeat(30));
    for (const bytes of [integers, text, Buffer.alloc(999, 8), Buffer.alloc(999)]) {
      assert.equal(dataSetEncoding(bytes, 0), undefined);
      await assert.rejects(decodeBytes(bytes, "x.bin"), /no image of a kind that is read|holds text/);
    }
  });
});

describe("decodeDicom: pixels of another coding than the header says", () => {
  const info = { width, height, bitsPerSample: 8, componentCount: 1, isSigned: false };
  const frames: readonly [name: string, frame: () => Buffer | Promise<Buffer>][] = [
    ["jpegLossless", () => jpegLossless(smooth, height, width, 8)],
    ["jpegLs", () => encodeInWasm("charls", smooth, info)],
    ["jpeg2000", () => encodeInWasm("openjpeg", smooth, info)],
    ["rle", () => rle([smooth])],
  ];
  const compressed = Object.entries(syntaxes).filter(([, uid]) => /\.4\.|\.5$/.test(uid));
  for (const [name, frame] of frames) {
    it(`tells ${name} by itself`, async () => {
      const fragment = await frame();
      for (const [said, syntax] of [...compressed, ["explicit", syntaxes.explicit]] as const) {
        await shows(dicomFile(syntax, eight, [fragment]), `says ${said}`);
      }
      await shows(dataSet(syntaxes.jpeg, eight, [fragment]), "says nothing");
    });
  }

  it("reads fragments in a data set of implicit elements", async () => {
    const pixels = dataSet(syntaxes.rle, {}, [rle([smooth])]);
    // The same tag, without representation.
    const implicit = Buffer.concat([pixels.subarray(0, 4), pixels.subarray(8)]);
    const file = Buffer.concat([preamble, metaOf(syntaxes.rle), dataSet(syntaxes.implicit, eight), implicit]);
    await shows(file, "implicit");
  });

  it("reads pixels that are not compressed, or in fragments without being so", async () => {
    for (const syntax of [syntaxes.jpegLossless, syntaxes.jpeg2000, syntaxes.rle]) {
      await shows(dicomFile(syntax, native), syntax);
    }
    const words = bytesOf(Uint16Array.from(smooth));
    await shows(dicomFile(syntaxes.explicit, sixteen, [words.subarray(0, 100), words.subarray(100)]), "two");
    await shows(dicomFile("1.2.840.10008.1.2.1.98", sixteen, [words]), "encapsulated");
    await assert.rejects(
      levelsOf(dicomFile(syntaxes.explicit, sixteen, [words.subarray(0, 500)])),
      /pixel data in fragments, .* without compression/,
    );
    await assert.rejects(
      levelsOf(dicomFile(syntaxes.jpeg2000, { ...native, "00280010": ["US", height + 1] })),
      /pixel data that are not compressed/,
    );
  });

  it("takes zeros behind the pixels for padding, up to a fiftieth of them", async () => {
    const padded = (bytes: number, value: number): Buffer =>
      dicomFile(syntaxes.explicit, {
        ...eight,
        "7FE00010": ["OW", Buffer.concat([smooth, Buffer.alloc(bytes, value)])],
      });
    const large = 512;
    const [rows, columns] = [200, 240];
    const image = Uint8Array.from({ length: rows * columns }, (_, k) => k % 251);
    const block = Buffer.concat([image, Buffer.alloc(large)]);
    const file = dicomFile(syntaxes.explicit, {
      ...attributes(rows, columns, eightBits(1, "MONOCHROME2")),
      "7FE00010": ["OW", block],
    });
    assert.deepEqual(await levelsOf(file), image);
    await shows(padded(10, 7), "a few bytes");
    await assert.rejects(levelsOf(padded(width, 0)), /bytes of pixels/);
    await assert.rejects(levelsOf(padded(width, 7)), /bytes of pixels/);
  });

  it("names JPEGs that are not read", async () => {
    const file = async (change: (jpeg: Buffer, sof: number) => void): Promise<Buffer> => {
      const raw = { raw: { height, width, channels: 1 } } as const;
      const jpeg = await sharp(smooth, raw).toColourspace("b-w").jpeg().toBuffer();
      change(jpeg, jpeg.indexOf(Buffer.of(0xff, 0xc0)));
      return dicomFile("1.2.840.10008.1.2.4.51", attributes(height, width, wide), [jpeg]);
    };
    assert.equal((await levelsOf(await file((jpeg, sof) => (jpeg[sof + 1] = 0xc1)))).length, smooth.length);
    await assert.rejects(
      async () => levelsOf(await file((jpeg, sof) => (jpeg[sof + 1] = 0xc9))),
      /a JPEG by a process that is not read \(its marker is C9\)/,
    );
  });
});

describe("decodeDicom: signs that a compressed picture does not have", () => {
  const values = Int16Array.from({ length: height * width }, (_, k) => Math.round(2000 * Math.sin(k / 23)));
  const shown = Uint8Array.from(values, (value) =>
    Math.round(255 * Math.min(1, Math.max(0, (value - 500) / 3000 + 0.5))),
  );
  const header: Elements = {
    "00280101": ["US", 13],
    "00280102": ["US", 12],
    "00281050": ["DS", "500"],
    "00281051": ["DS", "3000"],
    "00281056": ["CS", "LINEAR_EXACT"],
  };
  const info = { width, height, bitsPerSample: 13, componentCount: 1 };

  for (const coder of ["openjpeg", "charls"] as const) {
    it(`takes the stored bits as two's complement in ${coder}`, async () => {
      const unsigned = Uint16Array.from(values, (value) => value & 0x1fff);
      const frame = await encodeInWasm(coder, bytesOf(unsigned), { ...info, isSigned: false });
      const syntax = coder === "openjpeg" ? syntaxes.jpeg2000 : syntaxes.jpegLs;
      const signed = attributes(height, width, { ...header, "00280103": ["US", 1] });
      assert.deepEqual(await levelsOf(dicomFile(syntax, signed, [frame])), shown);
    });
  }

  it("and those of a JPEG 2000 with a sign as without one, where the header says none", async () => {
    const frame = await encodeInWasm("openjpeg", bytesOf(values), { ...info, isSigned: true });
    const { data } = await decodeBytes(
      dicomFile(
        syntaxes.jpeg2000,
        attributes(height, width, { ...header, "00281050": ["DS", "4096"], "00281051": ["DS", "8192"] }),
        [frame],
      ),
      "x-ray",
    );
    assert.deepEqual(
      data,
      Uint8Array.from(values, (value) => Math.round((255 * (value & 0x1fff)) / 8192)),
    );
  });
});

describe("decodeDicom: windows and tables in every place", () => {
  const ramp = Uint16Array.from({ length: 4096 }, (_, k) => k);
  const file = (changed: Elements): Buffer =>
    dicomFile(
      syntaxes.explicit,
      attributes(64, 64, {
        "00280101": ["US", 12],
        "00280102": ["US", 11],
        ...changed,
        "7FE00010": ["OW", bytesOf(ramp)],
      }),
    );
  const window = (center: string): Elements => ({
    "00281050": ["DS", center],
    "00281051": ["DS", "800"],
    "00281056": ["CS", "LINEAR_EXACT"],
  });
  const inGroups = (place: "52009229" | "52009230", group: string, elements: Elements): Elements => ({
    [place]: ["SQ", [{ [group]: ["SQ", [elements]] }]],
  });
  const voi = "00289132";
  /** The first value that is white. */
  const whiteFrom = async (changed: Elements): Promise<number> =>
    (await levelsOf(file(changed))).findIndex((level) => level === 255);

  it("takes the frame's own window before the shared one, and that before the image's", async () => {
    const [own, shared] = [
      inGroups("52009230", voi, window("1000")),
      inGroups("52009229", voi, window("2000")),
    ];
    assert.equal(await whiteFrom({ ...own, ...shared, ...window("3000") }), 1399);
    assert.equal(await whiteFrom({ ...shared, ...window("3000") }), 2399);
    assert.equal(await whiteFrom(window("3000")), 3399);
  });

  it("takes the next place where a nearer one has none that shows something", async () => {
    const empty: Elements[] = [
      {},
      { "00281050": ["DS", ""], "00281051": ["DS", ""] },
      { "00281050": ["DS", "9"], "00281051": ["DS", "0"] },
    ];
    for (const nothing of empty) {
      const own = inGroups("52009230", voi, nothing);
      assert.equal(
        await whiteFrom({ ...own, ...inGroups("52009229", voi, window("2000")) }),
        2399,
        JSON.stringify(nothing),
      );
      assert.equal(await whiteFrom({ ...own, ...window("3000") }), 3399, JSON.stringify(nothing));
    }
  });

  it("takes rescaling and lookup tables there too", async () => {
    const rescaled = inGroups("52009230", "00289145", {
      "00281052": ["DS", "-1000"],
      "00281053": ["DS", "1"],
    });
    assert.equal(await whiteFrom({ ...rescaled, ...window("1000") }), 2399);
    const table: Elements = {
      "00283010": [
        "SQ",
        [
          {
            "00283002": ["US", 4096, 0, 12],
            "00283006": ["OW", bytesOf(ramp.map((value) => Math.min(4095, 2 * value)))],
          },
        ],
      ],
    };
    const shown = Uint8Array.from(ramp, (value) => Math.round((255 * Math.min(4095, 2 * value)) / 4095));
    for (const place of ["52009229", "52009230"] as const) {
      assert.deepEqual(await levelsOf(file({ ...inGroups(place, voi, table), ...window("1000") })), shown);
    }
  });

  it("takes the window beside a table that holds nothing", async () => {
    const zeros = ["OW", new Uint8Array(8192)] as const;
    const none = ["OW", new Uint8Array()] as const;
    const tables: Elements[] = [
      {},
      { "00283002": ["US", 4096, 0, 12] },
      { "00283006": zeros },
      { "00283002": ["US", 0, 0, 0], "00283006": none },
      { "00283002": ["US"], "00283006": zeros },
      { "00283002": ["US", 4096, 0, 12], "00283006": zeros },
    ];
    for (const table of tables) {
      assert.equal(await whiteFrom({ ...window("1000"), "00283010": ["SQ", [table]] }), 1399);
    }
    assert.equal(await whiteFrom({ ...window("1000"), "00283010": ["SQ", []] }), 1399);
  });

  it("reads the function and the photometric interpretation in any case", async () => {
    for (const name of ["linear_exact", "Linear_Exact", " LINEAR_EXACT"]) {
      assert.equal(await whiteFrom({ ...window("1000"), "00281056": ["CS", name] }), 1399, name);
    }
    assert.equal(await whiteFrom({ ...window("1000"), "00280004": ["CS", "Monochrome2"] }), 1399);
  });
});

describe("decodeDicom: colours of every kind", () => {
  const rgb = Uint8Array.from({ length: smooth.length * 3 }, (_, k) =>
    Math.round((smooth[Math.floor(k / 3)] ?? 0) / ((k % 3) + 1)),
  );
  const planes = Uint8Array.from(
    { length: rgb.length },
    (_, k) => rgb[3 * (k % smooth.length) + Math.floor(k / smooth.length)] ?? 0,
  );
  const deepColours = (planar: number): Elements =>
    attributes(height, width, {
      "00280002": ["US", 3],
      "00280004": ["CS", "RGB"],
      "00280006": ["US", planar],
    });

  it("reads 16 bits a colour", async () => {
    const deep = (values: Uint8Array): Buffer => bytesOf(Uint16Array.from(values, (value) => value * 257));
    for (const [planar, values] of [
      [0, rgb],
      [1, planes],
    ] as const) {
      const file = dicomFile(syntaxes.explicit, { ...deepColours(planar), "7FE00010": ["OW", deep(values)] });
      assert.deepEqual(await levelsOf(file), rgb);
    }
    const halves = [0, 1, 2].flatMap((colour) => {
      const plane = planes.subarray(colour * smooth.length, (colour + 1) * smooth.length);
      return [plane, plane];
    });
    assert.deepEqual(await levelsOf(dicomFile(syntaxes.rle, deepColours(0), [rle(halves)])), rgb);
  });

  it("reads colours shared by two pixels", async () => {
    const header = attributes(1, 4, eightBits(3, "YBR_FULL_422"));
    const file = dicomFile(syntaxes.explicit, {
      ...header,
      "7FE00010": ["OB", Uint8Array.of(76, 150, 85, 255, 29, 200, 128, 128)],
    });
    assert.deepEqual(
      [...(await levelsOf(file))],
      [254, 0, 0, 255, 74, 74, 29, 29, 29, 200, 200, 200].map((value, k) =>
        // 150 + 1.402 * 127 is more than white.
        k === 3 ? 255 : value,
      ),
    );
  });

  it("reads JPEG-LS with colours by plane, line and pixel", async () => {
    const header = attributes(height, width, eightBits(3, "RGB"));
    for (const [mode, values] of [
      [0, planes],
      [1, rgb],
      [2, rgb],
    ] as const) {
      const frame = await encodeInWasm(
        "charls",
        values,
        { width, height, bitsPerSample: 8, componentCount: 3, isSigned: false },
        true,
        mode,
      );
      assert.deepEqual(await levelsOf(dicomFile(syntaxes.jpegLs, header, [frame])), rgb, `mode ${mode}`);
    }
  });

  const palette = (bits: number, values: (colour: number) => Uint8Array, first = 0, count = 256): Elements =>
    Object.fromEntries(
      [1, 2, 3].flatMap((colour) => [
        [`0028110${colour}`, ["US", count, first, bits]],
        [`0028120${colour}`, ["OW", values(colour)]],
      ]),
    ) as Elements;
  const indexed = attributes(height, width, {
    ...eightBits(1, "PALETTE COLOR"),
    "7FE00010": ["OB", smooth],
  });
  const expected = Uint8Array.from({ length: 3 * smooth.length }, (_, k) =>
    Math.floor((smooth[Math.floor(k / 3)] ?? 0) / ((k % 3) + 1)),
  );
  const ramp = (colour: number): Uint8Array =>
    Uint8Array.from({ length: 256 }, (_, k) => Math.floor(k / colour));

  it("reads palettes of 8 and 16 bits, and of 16 that hold 8", async () => {
    const kinds: [what: string, tables: Elements][] = [
      ["16 bits", palette(16, (colour) => bytesOf(Uint16Array.from(ramp(colour), (value) => value * 257)))],
      ["bytes", palette(8, ramp)],
      ["8 bits in words", palette(8, (colour) => bytesOf(Uint16Array.from(ramp(colour))))],
      ["8 bits, said to be 16", palette(16, (colour) => bytesOf(Uint16Array.from(ramp(colour))))],
    ];
    for (const [what, tables] of kinds) {
      assert.deepEqual(
        await levelsOf(dicomFile(syntaxes.explicit, { ...indexed, ...tables })),
        expected,
        what,
      );
    }
    // The first and the last colour go on beyond a palette's ends.
    const short = palette(8, (colour) => ramp(colour).subarray(100, 150), 100, 50);
    assert.deepEqual(
      await levelsOf(dicomFile(syntaxes.explicit, { ...indexed, ...short })),
      Uint8Array.from({ length: expected.length }, (_, k) =>
        Math.floor(Math.min(149, Math.max(100, smooth[Math.floor(k / 3)] ?? 0)) / ((k % 3) + 1)),
      ),
    );
  });

  it("passes over an Adobe marker that is too short to say anything", async () => {
    const raw = { raw: { height, width, channels: 3 } } as const;
    const jpeg = await sharp(rgb, raw).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
    const bare = Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(jpeg.indexOf(Buffer.of(0xff, 0xdb)))]);
    const adobe = Buffer.from("ffee000c41646f62650000000000", "hex");
    const short = Buffer.concat([bare.subarray(0, 2), adobe, bare.subarray(2)]);
    const header = attributes(height, width, eightBits(3, "RGB"));
    // What the codes hold is called RGB, and so nothing is converted.
    assert.deepEqual(
      await levelsOf(dicomFile(syntaxes.jpeg, header, [short])),
      await levelsOf(dicomFile(syntaxes.jpeg, header, [bare])),
    );
  });
});
