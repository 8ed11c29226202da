import type { Table } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import type { ConfusionMatrix } from "../statistics/confusionMatrix.js";

/** A confusion matrix as a table of counts. */
export const matrixTable = (matrix: ConfusionMatrix, classes: readonly string[], images: string): Table => ({
  caption: `Confusion matrix, ${images}; rows actual, columns predicted`,
  columns: ["actual", ...classes],
  rows: matrix.map((row, i) => [valueAt(classes, i), ...row.map(String)]),
});
