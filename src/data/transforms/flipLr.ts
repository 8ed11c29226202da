import { probability } from "./range.js";
import type { FlipStep } from "./Step.js";

export interface FlipLr {
  readonly name: "flipLr";
  readonly p: number;
}

/**
 * Mirrors left and right. In a chest X-ray this moves the heart to the other side; fast.ai does it by default.
 * @throws UserError when `p` is no probability
 */
export const flipLr = (p = 0.5): FlipLr => ({ name: "flipLr", p: probability(p) });

export const drawFlipLr = (): FlipStep => flipLrStep;

export const flipLrStep: FlipStep = { kind: "flip", order: 10 };
