import type { BadImageKind } from "../images/BadImage.js";

/**
 * Why a DICOM file cannot be shown, as a clause that completes "the file ...". It never quotes what the file says of
 * a patient, and carries no cause: the parser's errors hold the whole data set.
 */
export class UnreadableDicom extends Error {
  override readonly name = "UnreadableDicom";

  constructor(
    reason: string,
    readonly kind: BadImageKind = "unreadable",
  ) {
    super(reason);
  }
}
