import sharp from "sharp";
import type { ImageKind } from "./imageKind.js";

/** What stands before the orientation, by the kind of file: "" where a tag of the file itself says it. */
const marks: Partial<Record<ImageKind, string>> = { jpeg: "Exif", png: "eXIf", webp: "EXIF", tiff: "" };

/**
 * How a file says that its picture is to be turned for showing it, as a camera or a telephone writes: 1, not at all, to 8
 * (EXIF's orientation); 1 too where it does not say.
 */
export async function exifOrientation(bytes: Buffer, kind: ImageKind): Promise<number> {
  const mark = marks[kind];
  if (mark === undefined || !bytes.includes(mark, 0, "latin1")) return 1;
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return header?.orientation ?? 1;
}
