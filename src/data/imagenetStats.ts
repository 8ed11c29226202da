import { UserError } from "../errors.js";

/** Per-channel mean and standard deviation of RGB values in 0..1. */
export interface ImageStats {
  /** In 0..1. */
  readonly mean: readonly [r: number, g: number, b: number];
  /** Above 0. */
  readonly std: readonly [r: number, g: number, b: number];
}

/** Those of ImageNet, with which the pretrained networks were trained. */
export const imagenetStats: ImageStats = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** @throws UserError unless there are three means and three deviations above 0 */
export function requireStats(stats: ImageStats): ImageStats {
  // What the types say already; a notebook's cell may have got round them.
  const parts: readonly unknown[] = [stats.mean, stats.std];
  const isThree = (each: unknown): boolean =>
    Array.isArray(each) && each.length === 3 && each.every((value) => Number.isFinite(value));
  if (parts.every(isThree) && stats.std.every((deviation) => deviation > 0)) return stats;
  throw new UserError(
    `The statistics are ${JSON.stringify(stats)}.`,
    "Give a mean and a standard deviation above 0 for each of red, green and blue, such as imagenetStats.",
  );
}
