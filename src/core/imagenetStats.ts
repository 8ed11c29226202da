import { UserError } from "./errors.js";

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

/** Whether it is three means and three deviations above 0: a file or a notebook's cell may hold anything. */
export function isStats(value: unknown): value is ImageStats {
  const { mean, std } = (value ?? {}) as Partial<Record<keyof ImageStats, unknown>>;
  return isRgb(mean) && isRgb(std) && std.every((deviation) => deviation > 0);
}

const isRgb = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length === 3 && value.every((part) => Number.isFinite(part));

/** @throws UserError unless there are three means and three deviations above 0 */
export function requireStats(stats: ImageStats): ImageStats {
  if (isStats(stats)) return stats;
  throw new UserError(
    `The statistics are ${JSON.stringify(stats)}.`,
    "Give a mean and a standard deviation above 0 for each of red, green and blue, such as imagenetStats.",
  );
}
