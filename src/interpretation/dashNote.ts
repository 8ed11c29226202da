import type { Counts } from "../statistics/Counts.js";

/**
 * The sentence below a table that has dashes, saying why; undefined where it has none.
 * @param reasons why a measure is not defined, each as the end of a sentence
 */
export function dashNote(
  rows: readonly (readonly string[])[],
  reasons: readonly string[],
): string | undefined {
  const dashed = rows.some((row) => row.some((cell) => cell.startsWith("–")));
  return dashed && reasons.length > 0
    ? `A dash marks a value that is not defined: ${reasons.join("; ")}.`
    : undefined;
}

/** Why measures of one class against the rest are not defined. */
export function undefinedReasons({ tp, fp, fn, tn }: Counts, positive: string): string[] {
  return [
    tp + fn === 0 ? `no image is of ${positive}` : [],
    tn + fp === 0 ? `every image is of ${positive}` : [],
    tp + fp === 0 ? `no image is predicted to be ${positive}` : [],
    tn + fn === 0 ? `every image is predicted to be ${positive}` : [],
  ].flat();
}
