import { valueAt } from "../core/valueAt.js";
import { classCounts, type ConfusionMatrix } from "../statistics/confusionMatrix.js";
import { recallOf } from "../statistics/Counts.js";
import { nameInText } from "../core/nameInText.js";

/** Pairs of classes that are said. */
const pairs = 10;

/** A large confusion matrix in words: of each class how many were found, and which were mistaken most often. */
export function matrixWords(matrix: ConfusionMatrix, classes: readonly string[], title: string): string {
  const nameOf = (label: number): string => nameInText(valueAt(classes, label));
  const found = classCounts(matrix).map((counts, i) => {
    const { hits, of } = recallOf(counts);
    return `${nameOf(i)} ${hits} of ${of}`;
  });
  const mistaken = matrix
    .flatMap((row, i) => row.map((count, j) => ({ count, i, j })))
    .filter(({ count, i, j }) => i !== j && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, pairs)
    .map(({ count, i, j }) => `${nameOf(i)} for ${nameOf(j)} ${count}`);
  const most = mistaken.length === 0 ? "Nothing was mistaken" : `Mistaken most often: ${mistaken.join("; ")}`;
  return `${title}. Right: ${found.join("; ")}. ${most}.`;
}
