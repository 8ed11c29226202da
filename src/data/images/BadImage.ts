import { UserError } from "../../core/errors.js";

/**
 * What is wrong: no image that can be read, a picture that may be sound and is of a kind that is not read, too many pixels or
 * bytes, or a decoder that did not end in time.
 */
export type BadImageKind = "unreadable" | "unsupported" | "tooLarge" | "timeout";

const remedies: Readonly<Record<BadImageKind, string>> = {
  unreadable: "Repair, replace or remove the file.",
  unsupported:
    "Its picture may be sound: convert it to a PNG of 8 or 16 bits, grey or RGB, or remove the file.",
  tooLarge: "Make the image smaller, or remove the file.",
  timeout: "Replace or remove the file; if it is whole, try again when the machine has less to do.",
};

/** A file that cannot be used as an image. */
export class BadImage extends UserError {
  override readonly name = "BadImage";

  /** @param reason a clause that completes "the file ..." */
  constructor(
    readonly path: string,
    readonly reason: string,
    readonly kind: BadImageKind = "unreadable",
    options?: ErrorOptions,
  ) {
    super(`${path} ${reason}.`, remedies[kind], options);
  }
}
