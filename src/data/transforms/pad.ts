import { checkNumber, checkInteger, checkOneOf } from "../../core/checkNumber.js";
import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type PaddingMode, maxSize, paddingModes } from "./resizing.js";
import type { PadStep } from "./TransformStep.js";

/** Pixels added around the image; {@link pad} makes it. */
export interface Pad extends NamedTransform<"pad"> {
  /** Pixels on each side, from 1 to 4096. */
  readonly padding: number;
  /** What they show. */
  readonly mode: PaddingMode;
}

/**
 * Adds `padding` pixels on each side of the resized image, before any other transform (fast.ai's `pad`).
 * @param padding a whole number from 1 to 4096
 * @throws UserError for another padding or an unknown mode
 */
export const pad: (padding: number, mode?: PaddingMode) => Pad = defineTransform({
  name: "pad",
  make: (padding, mode = "reflection") => ({
    p: 1,
    padding: checkNumber("padding", checkInteger("padding", padding, 1), { to: maxSize }),
    mode: checkOneOf("mode", mode, paddingModes),
  }),
  args: ({ padding, mode }) => [padding, mode],
  draw: ({ padding, mode }) => padStep(padding, mode),
});

export const padStep = (padding: number, mode: PaddingMode): PadStep => ({
  kind: "pad",
  order: -10,
  padding,
  mode,
});
