import { dataSetEncoding } from "../dicom/dataSetEncoding.js";

/** Kinds of files, told by their first bytes, with what a person calls them and whether they are read as images. */
const kinds = {
  jpeg: { name: "JPEG", read: true },
  png: { name: "PNG", read: true },
  tiff: { name: "TIFF", read: true },
  webp: { name: "WebP", read: true },
  gif: { name: "GIF", read: true },
  bmp: { name: "BMP", read: true },
  pnm: { name: "PBM, PGM or PPM", read: true },
  jpeg2000: { name: "JPEG 2000", read: true },
  dicom: { name: "DICOM", read: true },
  jpegXl: { name: "JPEG XL", read: false },
  avif: { name: "AVIF", read: false },
  heif: { name: "HEIF", read: false },
  svg: { name: "SVG drawing", read: false },
  pdf: { name: "PDF", read: false },
  nifti: { name: "NIfTI", read: false },
  nrrd: { name: "NRRD", read: false },
  psd: { name: "Photoshop", read: false },
  numpy: { name: "NumPy array", read: false },
  zip: { name: "ZIP archive", read: false },
  gzip: { name: "gzip", read: false },
} as const;

/** A kind of file that is known by its first bytes. */
export type ImageKind = keyof typeof kinds;

/** So many first bytes of a file are enough for `imageKind`. */
export const kindBytes = 1024;

/** What a person calls files of this kind, such as "BMP" or "SVG drawing". */
export const kindName = (kind: ImageKind): string => kinds[kind].name;

/** Whether files of this kind hold files, and no picture of their own. */
export const isArchive = (kind: ImageKind): boolean => kind === "zip" || kind === "gzip";

/** Whether files of this kind are read as images; the others are refused. */
export const isReadKind = (kind: ImageKind): boolean => kinds[kind].read;

const readNames = Object.values(kinds)
  .filter(({ read }) => read)
  .map(({ name }) => name);

/** The kinds that are read, for a message: "JPEG, PNG, TIFF, WebP, GIF and DICOM". */
export const readKindNames = `${readNames.slice(0, -1).join(", ")} and ${readNames.at(-1) ?? ""}`;

/**
 * The kind of a file by its content, whatever its ending says.
 * @param bytes the file, or its first `kindBytes` bytes
 * @returns undefined for what is none of these kinds
 */
export function imageKind(bytes: Uint8Array): ImageKind | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, kindBytes));
  const text = head.toString("latin1");
  const known = signatures.find(([, at, ...words]) => words.some((word) => text.startsWith(word, at)));
  if (known) return known[0];
  if (text.startsWith("BM") && head.length >= 18 && bmpHeaders.has(head.readUInt32LE(14))) return "bmp";
  if (text.startsWith("ftyp", 4)) return brandKind(text.slice(8, 12));
  if (/^P[1-7][ \t\r\n#]/.test(text)) return "pnm";
  if (/^(\xef\xbb\xbf)?\s*(?=<)(?!<(!doctype html|html))[^]*<svg[\s>]/i.test(text)) return "svg";
  if (beginsAsDataSet(head)) return "dicom";
  return undefined;
}

/**
 * Words that stand at a place in files of a kind, one character a byte. The order counts: a preamble of DICOM may
 * hold the beginning of a TIFF (PS3.10, 7.1), and such a file is a DICOM.
 */
const signatures: readonly (readonly [kind: ImageKind, at: number, ...words: string[]])[] = [
  ["dicom", 128, "DICM"],
  ["jpeg", 0, "\xff\xd8\xff"],
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["gif", 0, "GIF87a", "GIF89a"],
  ["webp", 8, "WEBP"],
  ["tiff", 0, "II*\0", "MM\0*", "II+\0", "MM\0+"],
  ["jpeg2000", 0, "\0\0\0\x0cjP  \r\n\x87\n", "\xff\x4f\xff\x51"],
  ["jpegXl", 0, "\0\0\0\x0cJXL \r\n\x87\n", "\xff\x0a"],
  ["pdf", 0, "%PDF-"],
  ["nrrd", 0, "NRRD000"],
  ["nifti", 344, "n+1\0", "ni1\0"],
  ["psd", 0, "8BPS\0"],
  ["numpy", 0, "\x93NUMPY"],
  ["zip", 0, "PK\x03\x04", "PK\x05\x06"],
  ["gzip", 0, "\x1f\x8b"],
];

/** Sizes of the header that follows a bitmap's first 14 bytes, in the versions that there are. */
const bmpHeaders = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** Files of the ISO base media format: video is among them, and is no image. */
function brandKind(brand: string): ImageKind | undefined {
  if (/^avi[fs]$/.test(brand)) return "avif";
  return /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand) ? "heif" : undefined;
}

/** Whether a DICOM file without preamble begins here: with the magic word, or at once with elements of group 2 or 8. */
function beginsAsDataSet(head: Buffer): boolean {
  if (head.toString("latin1", 0, 4) === "DICM") return dataSetEncoding(head, 4) !== undefined;
  const [little, big] = head.length < 2 ? [0, 0] : [head.readUInt16LE(0), head.readUInt16BE(0)];
  return [2, 8].some((group) => group === little || group === big) && dataSetEncoding(head, 0) !== undefined;
}
