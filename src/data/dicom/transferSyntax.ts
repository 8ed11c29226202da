import type { WasmCodec } from "../images/decodeInWasm.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** How the pixels are stored. */
export type PixelCoding = "native" | "rle" | "jpegLossless" | WasmCodec;

/** The transfer syntaxes that are read (PS3.5, chapter 10); the part behind "1.2.840.10008.1.2". */
const readable: Readonly<Record<string, PixelCoding>> = {
  "": "native", // implicit little endian
  ".1": "native", // explicit little endian
  ".2": "native", // explicit big endian
  ".4.50": "jpeg",
  ".4.57": "jpegLossless",
  ".4.70": "jpegLossless",
  ".4.80": "jpegLs",
  ".4.81": "jpegLs",
  ".4.90": "jpeg2000",
  ".4.91": "jpeg2000",
  ".5": "rle",
};

/** Explicit little endian, and the same with the whole data set deflated, whose name begins alike. */
export const explicit = "1.2.840.10008.1.2.1";
export const deflated = `${explicit}.99`;

/** Names of some that are not. */
const unreadable: readonly (readonly [RegExp, string])[] = [
  [/^\.4\.51$/, "JPEG extended, of 12 bits"],
  [/^\.4\.9[2-5]$/, "JPEG 2000 in several components or by network"],
  [/^\.4\.10[0-8](\.1)?$/, "compressed video"],
  [/^\.4\.11[0-2]$/, "JPEG XL"],
  [/^\.4\.20[1-5]$/, "high-throughput JPEG 2000"],
];

const root = "1.2.840.10008.1.2";

/** @throws UnreadableDicom naming a transfer syntax that is not read */
export function pixelCoding(uid: string): PixelCoding {
  const rest = uid.startsWith(root) ? uid.slice(root.length) : undefined;
  const coding = rest === undefined ? undefined : readable[rest];
  if (coding !== undefined) return coding;
  const name = unreadable.find(([pattern]) => rest !== undefined && pattern.test(rest))?.[1];
  // Nothing but a UID's own characters is repeated.
  const shown = /^[\d.]{1,64}$/.test(uid) ? uid : "without a valid name";
  throw new UnreadableDicom(
    `has the transfer syntax ${shown}${name === undefined ? "" : ` (${name})`}, which is not read; ` +
      "convert it to explicit little endian",
  );
}
