import type { WasmCodec } from "../images/decodeInWasm.js";
import type { DataSetEncoding } from "./dataSetEncoding.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/** How the pixels are stored. */
export type PixelCoding = "native" | "rle" | "jpegLossless" | WasmCodec;

/** The transfer syntaxes that are read (PS3.5, chapter 10); the part behind "1.2.840.10008.1.2". */
const readable: Readonly<Record<string, PixelCoding>> = {
  "": "native", // implicit little endian
  ".1": "native", // explicit little endian
  ".1.98": "native", // the same in fragments
  ".2": "native", // explicit big endian
  ".4.50": "jpeg",
  ".4.51": "jpeg",
  ".4.57": "jpegLossless",
  ".4.70": "jpegLossless",
  ".4.80": "jpegLs",
  ".4.81": "jpegLs",
  ".4.90": "jpeg2000",
  ".4.91": "jpeg2000",
  ".4.201": "jpeg2000", // high-throughput, which its decoder knows by the codes
  ".4.202": "jpeg2000",
  ".4.203": "jpeg2000",
  ".5": "rle",
};

const root = "1.2.840.10008.1.2";

/** The syntaxes that say no more than how a data set is written. */
export const encodingSyntaxes = {
  implicit: root,
  explicit: `${root}.1`,
  bigEndian: `${root}.2`,
} as const satisfies Readonly<Record<DataSetEncoding, string>>;

/** Explicit little endian, the whole data set deflated. */
export const deflated = `${root}.1.99`;

/** How a data set of a syntax should be written; of an unknown one too. */
export function statedEncoding(syntax: string): DataSetEncoding {
  if (syntax === encodingSyntaxes.implicit) return "implicit";
  return syntax === encodingSyntaxes.bigEndian ? "bigEndian" : "explicit";
}

/** Names of some that are not. */
const unreadable: readonly (readonly [RegExp, string])[] = [
  [/^\.4\.9[2-5]$/, "JPEG 2000 in several components or by network"],
  [/^\.4\.10[0-8](\.1)?$/, "compressed video"],
  [/^\.4\.11[0-2]$/, "JPEG XL"],
  [/^\.4\.20[45]$/, "high-throughput JPEG 2000 by network"],
  [/^\.4\.(5[2-6]|5[89]|6[0-6])$/, "a process of JPEG that was withdrawn"],
  [/^\.8\.1$/, "frames that are deflated"],
];

/** @throws UnreadableImage naming a transfer syntax that is not read */
export function pixelCoding(uid: string): PixelCoding {
  const rest = uid.startsWith(root) ? uid.slice(root.length) : undefined;
  const coding = rest === undefined ? undefined : readable[rest];
  if (coding !== undefined) return coding;
  const name = unreadable.find(([pattern]) => rest !== undefined && pattern.test(rest))?.[1];
  // Nothing but a UID's own characters is repeated.
  const shown = /^[\d.]{1,64}$/.test(uid) ? uid : "without a valid name";
  throw new UnreadableImage(
    `has the transfer syntax ${shown}${name === undefined ? "" : ` (${name})`}, which is not read; explicit little endian is`,
    "unsupported",
  );
}
