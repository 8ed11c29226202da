import { denoJupyter } from "./denoJupyter.js";

/**
 * A mistake or a lack that the person at the keyboard can mend. The message names the value and the place, the
 * remedy says what to do; the `xray` command prints both without a stack and ends with 1.
 */
export class UserError extends Error {
  /** What notebooks show before the message. */
  override readonly name: string = "UserError";

  constructor(
    /** What is wrong, and where. */
    readonly problem: string,
    /** What to do about it. */
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${problem}\n${remedy}`, options);
    withoutFrames(this);
  }
}

/** Training, a search or a preparation that was stopped by the person (kernel interrupt, Ctrl-C). */
export class Interrupted extends Error {
  /** As Jupyter calls it. */
  override readonly name = "KeyboardInterrupt";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    withoutFrames(this, "KeyboardInterrupt");
  }
}

/** Deno's kernel shows an error's whole stack; where in the code it was noticed helps nobody. The other one knows that. */
function withoutFrames(error: Error, name = "UserError"): void {
  if (denoJupyter() !== undefined) error.stack = `${name}: ${error.message}`;
}

/** What is wrong, without the remedy: for whoever knows a better one. */
export const problemOf = (error: unknown): string =>
  error instanceof UserError ? error.problem : messageOf(error);

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
