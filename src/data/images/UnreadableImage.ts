import type { BadImageKind } from "./BadImage.js";

/**
 * Why an image cannot be shown, as a clause that completes "the file ...". It never quotes what a DICOM file
 * says of a patient, and carries no cause: the parser's errors hold the whole data set.
 */
export class UnreadableImage extends Error {
  override readonly name = "UnreadableImage";

  constructor(
    reason: string,
    readonly kind: BadImageKind = "unreadable",
  ) {
    super(reason);
  }
}
