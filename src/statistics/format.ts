import type { ClusteredShare } from "./clusteredShare.js";
import type { Share } from "./Share.js";

/** Three decimals; a dash where there is nothing to be a share of. */
export function formatShare(value: number): string {
  return Number.isNaN(value) ? "–" : threeDecimals(value);
}

/** `0.867 to 0.916`; a dash for the interval of nothing. */
export function formatInterval([low, high]: readonly [low: number, high: number]): string {
  return Number.isNaN(low) ? "–" : `${threeDecimals(low)} to ${threeDecimals(high)}`;
}

/** What rounds to nothing has no sign. */
const threeDecimals = (value: number): string => value.toFixed(3).replace(/^-(?=0\.000$)/, "");

/** `0.863 = 385/446`. */
export const formatCounted = ({ hits, of, value }: Share): string => `${formatShare(value)} = ${hits}/${of}`;

/** `0.863 = 385/446 (0.828 to 0.892)`, with its interval, which only whoever knows the items' groups can give. */
export const formatEstimated = (measured: Share & Pick<ClusteredShare, "interval">): string =>
  `${formatCounted(measured)} (${formatInterval(measured.interval)})`;

/** Some digits of a threshold, not above it: a promise that holds for a threshold holds for a lower one. */
export function formatThreshold(threshold: number, digits = 6): string {
  const rounded = Number(threshold.toPrecision(digits));
  if (rounded <= threshold) return String(rounded);
  const lastDigit = 10 ** (Math.floor(Math.log10(Math.abs(threshold))) + 1 - digits);
  return String(Number((threshold - lastDigit).toPrecision(digits)));
}

/** A p-value: three decimals, or that it is smaller; a dash where there is none. */
export const formatP = (p: number): string => (Number.isNaN(p) ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));
