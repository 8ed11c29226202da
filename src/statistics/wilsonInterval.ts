import { z95 } from "./normalDistribution.js";
import type { Share } from "./Share.js";

/**
 * The 95% interval of a share (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
 * 1927): what `hits` of `n` independent items say about the true share. Both ends are in [0, 1]; NaN for n = 0.
 */
export function wilsonInterval(hits: number, n: number): readonly [low: number, high: number] {
  if (n === 0) return [NaN, NaN];
  const p = hits / n;
  const middle = p + z95 ** 2 / (2 * n);
  const half = z95 * Math.sqrt((p * (1 - p)) / n + z95 ** 2 / (4 * n ** 2));
  const scale = 1 + z95 ** 2 / n;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

/** A share with its interval where its items are independent of each other: patients, or images of one patient each. */
export const ofIndependent = (
  share: Share,
): Share & { readonly interval: readonly [low: number, high: number] } => ({
  ...share,
  interval: wilsonInterval(share.hits, share.of),
});

/** Whether two intervals have a value in common; false when one is NaN. */
export function overlap(
  [lowA, highA]: readonly [low: number, high: number],
  [lowB, highB]: readonly [low: number, high: number],
): boolean {
  return lowA <= highB && lowB <= highA;
}
