import type { Figure } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import { type ConfusionMatrix, rowShares } from "../statistics/confusionMatrix.js";

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
}

/** fast.ai's picture of a confusion matrix: rows actual with the first class on top, columns predicted, in blue. */
export function confusionMatrixFigure(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  { normalize = false, title = "Confusion matrix", normDec = 2 }: ConfusionMatrixFigureOptions = {},
): Figure {
  const shown = normalize ? rowShares(matrix) : matrix;
  const format = (value: number) =>
    Number.isNaN(value) ? "–" : normalize ? value.toFixed(normDec) : String(value);
  const half = Math.max(...shown.flat().filter((value) => !Number.isNaN(value))) / 2;
  const cells = shown.flatMap((row, actual) => row.map((value, predicted) => ({ value, actual, predicted })));
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
        x: cells.map(({ predicted }) => classes[predicted]),
        y: cells.map(({ actual }) => classes[actual]),
        text: cells.map(({ value }) => format(value)),
        textfont: { size: 16, color: cells.map(({ value }) => (value > half ? "white" : "black")) },
        hoverinfo: "skip",
      },
    ],
    layout: {
      title: { text: title },
      showlegend: false,
      xaxis: {
        title: { text: "Predicted" },
        type: "category",
        range: [-0.5, classes.length - 0.5],
        constrain: "domain",
      },
      yaxis: {
        title: { text: "Actual" },
        type: "category",
        range: [classes.length - 0.5, -0.5],
        scaleanchor: "x",
        constrain: "domain",
      },
      width: 480,
      height: 460,
    },
    alt: `${title}. ${cells
      .map(({ value, actual, predicted }) => {
        return `Actual ${valueAt(classes, actual)}, predicted ${valueAt(classes, predicted)}: ${format(value)}`;
      })
      .join("; ")}.`,
  };
}
