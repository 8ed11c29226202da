import type { Figure } from "../display/Display.js";
import type { ConfusionMatrix } from "./confusionMatrix.js";

export interface ConfusionMatrixFigureOptions {
  /** Shares of each row in place of counts. Default false. */
  readonly normalize?: boolean;
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
  const shown = normalize ? matrix.map(shares) : matrix;
  const format = (value: number) => (normalize ? value.toFixed(normDec) : String(value));
  const half = Math.max(...shown.flat()) / 2;
  const cells = shown.flatMap((row, actual) => row.map((value, predicted) => ({ value, actual, predicted })));
  return {
    data: [
      {
        type: "heatmap",
        x: classes,
        y: classes,
        z: shown,
        colorscale: "Blues",
        // Plotly's Blues runs from dark to light, matplotlib's the other way.
        reversescale: true,
        showscale: false,
        hovertemplate: "actual %{y}<br>predicted %{x}<br>%{z}<extra></extra>",
      },
    ],
    layout: {
      title: { text: title },
      xaxis: { title: { text: "Predicted" }, type: "category", constrain: "domain", tickangle: -90 },
      yaxis: {
        title: { text: "Actual" },
        type: "category",
        autorange: "reversed",
        scaleanchor: "x",
        constrain: "domain",
      },
      annotations: cells.map(({ value, actual, predicted }) => ({
        x: classes[predicted],
        y: classes[actual],
        text: format(value),
        showarrow: false,
        font: { size: 16, color: value > half ? "white" : "black" },
      })),
      width: 480,
      height: 460,
    },
    alt: `${title}. ${cells
      .map(({ value, actual, predicted }) => {
        return `Actual ${classes[actual] ?? ""}, predicted ${classes[predicted] ?? ""}: ${format(value)}`;
      })
      .join("; ")}.`,
  };
}

function shares(row: readonly number[]): number[] {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => (total === 0 ? 0 : value / total));
}
