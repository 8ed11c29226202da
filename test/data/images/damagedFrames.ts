import sharp from "sharp";
import { Random } from "../../../src/core/Random.js";
import {
  attributes,
  bytesOf,
  dicomFile,
  eightBits,
  type Elements,
  syntaxes,
} from "../../support/dicomFile.js";
import { encodeInWasm, jpegLossless, rle } from "../../support/dicomEncoders.js";

/** Images that share their size, so that one could stand in another's place. */
const [height, width] = [72, 80];

/** A file with its compressed picture, and how to put another picture in its place. */
interface Coding {
  readonly name: string;
  readonly picture: (values: Uint16Array) => Buffer | Promise<Buffer>;
  readonly file: (picture: Buffer) => Buffer;
}

const twelve: Elements = attributes(height, width, { "00280101": ["US", 12], "00280102": ["US", 11] });
const asIs = (picture: Buffer): Buffer => picture;
const dicom =
  (syntax: string, header = twelve) =>
  (picture: Buffer): Buffer =>
    dicomFile(syntax, header, [picture]);
const info = { width, height, bitsPerSample: 12, componentCount: 1, isSigned: false };
const bytes = (values: Uint16Array): Uint8Array => Uint8Array.from(values, (value) => value >> 4);
const grey = (values: Uint16Array): sharp.Sharp =>
  sharp(bytes(values), { raw: { height, width, channels: 1 } }).toColourspace("b-w");
const deep = (values: Uint16Array): sharp.Sharp =>
  sharp(values, { raw: { height, width, channels: 1 } }).toColourspace("grey16");
const colour = (values: Uint16Array): sharp.Sharp =>
  sharp(
    Uint8Array.from(
      { length: 3 * values.length },
      (_, k) => (values[Math.floor(k / 3)] ?? 0) >> (4 + (k % 3)),
    ),
    { raw: { height, width, channels: 3 } },
  );

/** Every way in which pixels are read from compressed bytes. */
const codings: readonly Coding[] = [
  {
    name: "JPEG 2000",
    picture: (values) => encodeInWasm("openjpeg", bytesOf(values), info),
    file: dicom(syntaxes.jpeg2000),
  },
  {
    name: "JPEG-LS",
    picture: (values) => encodeInWasm("charls", bytesOf(values), info),
    file: dicom(syntaxes.jpegLs),
  },
  {
    name: "JPEG lossless",
    picture: (values) => jpegLossless(values, height, width, 12),
    file: dicom(syntaxes.jpegLossless),
  },
  {
    name: "run-length",
    picture: (values) =>
      rle([values.map((v) => v >> 8), values.map((v) => v & 255)].map((v) => Uint8Array.from(v))),
    file: dicom(syntaxes.rle),
  },
  {
    name: "JPEG in DICOM",
    picture: (values) => grey(values).jpeg().toBuffer(),
    file: dicom(syntaxes.jpeg, attributes(height, width, eightBits(1, "MONOCHROME2"))),
  },
  { name: "small JPEG", picture: (values) => grey(values).jpeg().toBuffer(), file: asIs },
  {
    name: "colour JPEG",
    picture: (values) => colour(values).jpeg({ progressive: true }).toBuffer(),
    file: asIs,
  },
  { name: "PNG", picture: (values) => deep(values).png().toBuffer(), file: asIs },
  { name: "TIFF", picture: (values) => deep(values).tiff({ compression: "lzw" }).toBuffer(), file: asIs },
  { name: "WebP", picture: (values) => colour(values).webp({ lossless: true }).toBuffer(), file: asIs },
];

/** A damaged file, and whole files of its kind that show something else. */
export interface DamagedFile {
  readonly coding: string;
  readonly file: Buffer;
  readonly others: readonly Buffer[];
}

/** Whole files of each kind, and damaged ones of each in turn, so many in all. */
export async function damagedFrames(count: number, seed: number): Promise<DamagedFile[]> {
  const pictures = await Promise.all(
    codings.map(({ picture }) => Promise.all([1, 2, 3].map(async (each) => picture(valuesOf(each))))),
  );
  return Array.from({ length: count }, (_, k) => {
    const coding = codings[k % codings.length];
    const [first, ...rest] = pictures[k % codings.length] ?? [];
    if (!coding || !first) throw new Error("There are no codings.");
    const damaged = damage(first, new Random(seed, k));
    return { coding: coding.name, file: coding.file(damaged), others: rest.map(coding.file) };
  });
}

/** 12 bits with some noise, of another shape for each number. */
function valuesOf(number: number): Uint16Array {
  const random = new Random(number);
  return Uint16Array.from({ length: height * width }, (_, k) => {
    const [x, y] = [k % width, Math.floor(k / width)];
    return 2000 + 1500 * Math.sin((x * number) / 9) * Math.cos(y / (4 * number)) + random.uniform(0, 400);
  });
}

/** One of the ways in which files go wrong on disks, in transfers and at the hands of others. */
function damage(whole: Buffer, random: Random): Buffer {
  const place = (): number => Math.floor(random.uniform(0, whole.length));
  const bytesAt = (): number => Math.floor(random.uniform(0, 256));
  const changed = Buffer.from(whole);
  const [from, to] = [place(), place()].sort((a, b) => a - b) as [number, number];
  switch (Math.floor(random.uniform(0, 8))) {
    case 0:
    case 1:
    case 2:
      for (let k = random.uniform(0, 8); k >= 0; k--) changed[place()] = bytesAt();
      return changed;
    case 3:
      return changed.subarray(0, from);
    case 4:
      // Its end is there, and what is before it is not.
      return Buffer.concat([changed.subarray(0, from), whole.subarray(-12)]);
    case 5:
      return changed.fill(0, from, to);
    case 6:
      return Buffer.concat([changed.subarray(0, from), changed.subarray(to)]);
    default:
      // A whole header, and garbage up to the end.
      for (let k = Math.min(from, 200); k < whole.length - 2; k++) changed[k] = bytesAt();
      return changed;
  }
}
