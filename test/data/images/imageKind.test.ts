import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import {
  type ImageKind,
  imageKind,
  isReadKind,
  kindBytes,
  kindName,
  readKindNames,
} from "../../../src/data/images/imageKind.js";
import { attributes, bytesOf, dicomFile, syntaxes } from "../../support/dicomFile.js";
import { encodeInWasm } from "../../support/dicomEncoders.js";

const pixels = sharp({ create: { width: 9, height: 8, channels: 3, background: { r: 1, g: 200, b: 3 } } });
const dicom = dicomFile(
  syntaxes.explicit,
  attributes(2, 2, { "7FE00010": ["OW", bytesOf(Uint16Array.of(1, 2, 3, 4))] }),
);
/** A TIFF's beginning in the preamble, as slides in both formats have it. */
const dual = Buffer.concat([Buffer.from("II*\0\x10\0\0\0", "latin1"), dicom.subarray(8)]);
const jpeg2000 = (): Promise<Buffer> =>
  encodeInWasm("openjpeg", Buffer.alloc(64), {
    width: 8,
    height: 8,
    bitsPerSample: 8,
    componentCount: 1,
    isSigned: false,
  });
const bmp = Buffer.alloc(70);
bmp.write("BM");
bmp.writeUInt32LE(40, 14);
const nifti = Buffer.alloc(352);
nifti.write("n+1\0", 344, "latin1");

const files: [kind: ImageKind | undefined, bytes: () => Promise<Uint8Array> | Uint8Array, what?: string][] = [
  ["jpeg", () => pixels.clone().jpeg().toBuffer()],
  ["png", () => pixels.clone().png().toBuffer()],
  ["tiff", () => pixels.clone().tiff().toBuffer()],
  ["tiff", () => pixels.clone().tiff({ bigtiff: true }).toBuffer(), "big"],
  ["webp", () => pixels.clone().webp().toBuffer()],
  ["gif", () => pixels.clone().gif().toBuffer()],
  ["avif", () => pixels.clone().avif().toBuffer()],
  ["dicom", () => dicom],
  ["dicom", () => dual, "whose preamble is a TIFF's beginning"],
  ["dicom", () => dicom.subarray(132), "without preamble"],
  [
    "dicom",
    () => Buffer.from("08000500" + "4353" + "0a00" + Buffer.from("ISO_IR 100").toString("hex"), "hex"),
    "without meta header, explicit",
  ],
  [
    "dicom",
    () => Buffer.from("08000500" + "0a000000" + Buffer.from("ISO_IR 100").toString("hex"), "hex"),
    "without meta header, implicit",
  ],
  ["jpeg2000", jpeg2000, "codestream"],
  ["jpeg2000", () => Buffer.from("0000000c6a5020200d0a870a00000014", "hex"), "file"],
  ["bmp", () => bmp],
  ["pnm", () => Buffer.from("P5\n2 1\n255\nab")],
  ["svg", () => Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")],
  ["svg", () => Buffer.from('\n<?xml version="1.0"?>\n<!-- a drawing -->\n<svg width="9"/>'), "with a head"],
  ["heif", () => Buffer.from("\0\0\0\x18ftypheic\0\0\0\0", "latin1")],
  ["gzip", () => Buffer.from([0x1f, 0x8b, 8, 0])],
  ["zip", () => Buffer.from("PK\x03\x04", "latin1")],
  ["nifti", () => nifti],
  [undefined, () => new Uint8Array()],
  [undefined, () => Buffer.from("Not found, and this page says so at some length.\n"), "text"],
  [undefined, () => Buffer.from("BMI,age\n21.5,60\n22,61\n"), "a table that begins with BM"],
  [undefined, () => Buffer.from("a,b\n<svg>,1\n"), "text that speaks of SVG"],
  [undefined, () => Buffer.alloc(500, 1), "bytes"],
  [undefined, () => Buffer.alloc(500), "zeros"],
  [undefined, () => Buffer.from("\0\0\0\x18ftypisom\0\0\0\0", "latin1"), "a video"],
];

describe("imageKind", () => {
  for (const [kind, bytes, what = ""] of files) {
    it(`tells ${kind ?? "no kind"} ${what}`, async () => {
      const file = await bytes();
      assert.equal(imageKind(file), kind);
      assert.equal(imageKind(file.subarray(0, kindBytes)), kind);
    });
  }

  it("looks at the bytes of a view alone", async () => {
    const png = await pixels.clone().png().toBuffer();
    const file = Buffer.concat([Buffer.alloc(7, 9), png]);
    assert.equal(imageKind(new Uint8Array(file.buffer, file.byteOffset + 7, png.length)), "png");
  });

  it("names kinds, and says which are read", () => {
    assert.equal(readKindNames, "JPEG, PNG, TIFF, WebP, GIF, BMP, PBM, PGM or PPM, JPEG 2000 and DICOM");
    assert.deepEqual([kindName("svg"), isReadKind("svg"), isReadKind("dicom")], ["SVG drawing", false, true]);
  });
});
