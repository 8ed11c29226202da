import { type Crop, crop } from "./crop.js";
import { type Pad, pad } from "./pad.js";
import type { PaddingMode } from "./resizing.js";

/**
 * Moves the image about: `padding` pixels more on each side, then a square of `size` from a random place (fast.ai's
 * `rand_pad`). Two transforms, to be spread into a list: `[...randPad(4, 224), flipLr()]`.
 * @param padding a whole number from 1
 * @param size the data's own size, in pixels
 * @throws UserError for another padding or size, or an unknown mode
 */
export const randPad = (padding: number, size: number, mode: PaddingMode = "reflection"): [Pad, Crop] => [
  pad(padding, mode),
  crop(size, [0, 1], [0, 1]),
];
