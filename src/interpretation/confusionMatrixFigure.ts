import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { checkNumber } from "../core/checkNumber.js";
import type { Figure } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import { type ConfusionMatrix, rowShares } from "../statistics/confusionMatrix.js";
import { matrixLayout } from "./matrixLayout.js";
import { matrixWords } from "./matrixWords.js";
import { nameInText } from "../core/nameInText.js";

/** matplotlib's Blues (ColorBrewer), light to dark; Plotly's colour scale of this name is another one. */
export const blues = [
  "#f7fbff",
  "#deebf7",
  "#c6dbef",
  "#9ecae1",
  "#6baed6",
  "#4292c6",
  "#2171b5",
  "#08519c",
  "#08306b",
];

/** How the confusion matrix is drawn. */
export interface ConfusionMatrixFigureOptions {
  /** Shares of each row in place of counts. Default false. */
  readonly normalize?: boolean;
  /** Stands above it. @default "Confusion matrix", and of how many images of which set */
  readonly title?: string;
  /** Decimals of the shares; fast.ai's default: 2. */
  readonly normDec?: number;
  /** Side of a cell in pixels, from 4 on. Numbers that do not fit into it are left out. @default by the number of classes */
  readonly cellSize?: number;
}

/** What kinds of values they are. */
export const confusionMatrixKinds: OptionKinds<ConfusionMatrixFigureOptions> = {
  normalize: "boolean",
  title: "text",
  normDec: "number",
  cellSize: "number",
};

/**
 * fast.ai's picture of a confusion matrix: rows actual with the first class on top, columns predicted, in blue. It grows
 * with the number of classes, so that their names can be read; of more than ten classes empty cells have no number.
 * @throws UserError naming an option that is not known or makes no sense
 */
export function confusionMatrixFigure(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  options: ConfusionMatrixFigureOptions = {},
): Figure {
  checkOptions("plotConfusionMatrix()", options, confusionMatrixKinds);
  const { normalize = false, title = "Confusion matrix", normDec = 2, cellSize } = options;
  if (cellSize !== undefined) checkNumber("cellSize", cellSize, { from: 4, to: 400 });
  const shown = normalize ? rowShares(matrix) : matrix;
  const format = (value: number) =>
    Number.isNaN(value) ? "–" : normalize ? value.toFixed(normDec) : String(value);
  const half = Math.max(...shown.flat().filter((value) => !Number.isNaN(value))) / 2;
  const cells = shown.flatMap((row, actual) => row.map((value, predicted) => ({ value, actual, predicted })));
  const longest = Math.max(...cells.map(({ value }) => format(value).length));
  const { layout, numberSize } = matrixLayout(classes, { cellSize, longest });
  const isMany = classes.length > manyClasses;
  const numbers = cells.filter(({ value }) => numberSize > 0 && !(isMany && value === 0));
  const nameOf = (label: number): string => nameInText(valueAt(classes, label));
  return {
    data: [
      {
        type: "heatmap",
        x: classes,
        y: classes,
        z: shown,
        text: shown.map((row) => row.map(format)),
        colorscale: blues.map((colour, i) => [i / (blues.length - 1), colour]),
        // From 0, so that a cell is dark where its number is white; matplotlib starts at the smallest count.
        zmin: 0,
        showscale: false,
        hovertemplate: "actual %{y}<br>predicted %{x}<br>%{text}<extra></extra>",
      },
      {
        // Not annotations: without a browser, which alone can measure text, those stand beside the middle.
        type: "scatter",
        mode: "text",
        x: numbers.map(({ predicted }) => classes[predicted]),
        y: numbers.map(({ actual }) => classes[actual]),
        text: numbers.map(({ value }) => format(value)),
        textfont: {
          size: Math.max(1, numberSize),
          color: numbers.map(({ value }) => (value > half ? "white" : "black")),
        },
        hoverinfo: "skip",
      },
    ],
    layout: { title: { text: title }, showlegend: false, ...layout },
    alt: isMany
      ? matrixWords(matrix, classes, title)
      : `${title}. ${cells
          .map(({ value, actual, predicted }) => {
            return `Actual ${nameOf(actual)}, predicted ${nameOf(predicted)}: ${format(value)}`;
          })
          .join("; ")}.`,
  };
}

/** More classes than this have a matrix that is mostly empty, and too long to be said cell by cell. */
export const manyClasses = 10;
