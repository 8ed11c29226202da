import type { Figure } from "../core/Display.js";
import type { Calibration } from "../statistics/calibration.js";
import type { PrecisionRecallCurve, RocCurve } from "../statistics/rocCurve.js";

/** A point of a curve to be marked, and what it is. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Such as "threshold 0.50". */
  readonly name: string;
}

const three = (value: number): string => (Number.isNaN(value) ? "not defined" : value.toFixed(3));
const square = { width: 520, height: 480 };
const share = { range: [-0.02, 1.02], constrain: "domain" };
const axes = (x: string, y: string) => ({
  xaxis: { title: { text: x }, ...share },
  yaxis: { title: { text: y }, ...share, scaleanchor: "x" },
});
const chance = { type: "scatter", mode: "lines", hoverinfo: "skip", line: { dash: "dot", color: "#777777" } };

/** Recall against the false positive rate, with the area, and thresholds marked. */
export function rocFigure(
  { fpr, tpr, thresholds, auc }: RocCurve,
  title: string,
  marks: readonly Mark[],
): Figure {
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: `AUROC ${three(auc)}`,
        x: fpr,
        y: tpr,
        line: { width: 2.5 },
        text: thresholds.map(three),
        hovertemplate: "threshold %{text}<br>recall %{y:.3f}, false positive rate %{x:.3f}<extra></extra>",
      },
      { ...chance, name: "chance", x: [0, 1], y: [0, 1] },
      ...marks.map(markOf),
    ],
    layout: {
      title: { text: title },
      ...axes("False positive rate (1 - specificity)", "True positive rate (recall, sensitivity)"),
      legend: { x: 0.98, y: 0.03, xanchor: "right", yanchor: "bottom" },
      ...square,
    },
    alt: `${title}: AUROC ${three(auc)}.${wordsOf(marks, "false positive rate", "recall")}`,
  };
}

/** Precision against recall, with the area and the prevalence, the precision of predicting everything positive. */
export function precisionRecallFigure(
  { precision, recall, averagePrecision }: PrecisionRecallCurve,
  title: string,
  { prevalence, marks }: { readonly prevalence: number; readonly marks: readonly Mark[] },
): Figure {
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: `average precision ${three(averagePrecision)}`,
        x: recall,
        y: precision,
        line: { width: 2.5, shape: "vh" },
      },
      { ...chance, name: `prevalence ${three(prevalence)}`, x: [0, 1], y: [prevalence, prevalence] },
      ...marks.map(markOf),
    ],
    layout: {
      title: { text: title },
      ...axes("Recall (sensitivity)", "Precision (positive predictive value)"),
      legend: { x: 0.02, y: 0.03, xanchor: "left", yanchor: "bottom" },
      ...square,
    },
    alt:
      `${title}: average precision ${three(averagePrecision)}; predicting every image positive gives the prevalence, ` +
      `${three(prevalence)}, as precision.${wordsOf(marks, "recall", "precision")}`,
  };
}

/** Predicted probabilities against observed shares, with the number of items behind each point. */
export function reliabilityFigure({ bins, ece }: Calibration, title: string): Figure {
  const full = bins.filter(({ count }) => count > 0);
  const most = Math.max(...full.map(({ count }) => count));
  return {
    data: [
      { ...chance, name: "perfect calibration", x: [0, 1], y: [0, 1] },
      {
        type: "scatter",
        mode: "lines+markers+text",
        name: `expected calibration error ${three(ece)}`,
        x: full.map(({ predicted }) => predicted),
        y: full.map(({ observed }) => observed),
        marker: { size: full.map(({ count }) => 7 + 14 * Math.sqrt(count / most)) },
        text: full.map(({ count }) => String(count)),
        textposition: "top center",
        hovertemplate: "predicted %{x:.3f}, observed %{y:.3f}, %{text} images<extra></extra>",
      },
    ],
    layout: {
      title: { text: title },
      ...axes("Mean predicted probability", "Observed share of positives"),
      legend: { x: 0.02, y: 0.98, xanchor: "left", yanchor: "top" },
      ...square,
    },
    alt: `${title}: expected calibration error ${three(ece)}. ${full
      .map(
        ({ count, predicted, observed }) =>
          `${count} images: predicted ${three(predicted)}, observed ${three(observed)}`,
      )
      .join("; ")}.`,
  };
}

const markOf = ({ x, y, name }: Mark, i: number) => ({
  type: "scatter",
  mode: "markers",
  name,
  x: [x],
  y: [y],
  marker: { size: 12, symbol: ["diamond", "square", "triangle-up"][i % 3] },
});

const wordsOf = (marks: readonly Mark[], x: string, y: string): string =>
  marks.map((mark) => ` At ${mark.name}: ${x} ${three(mark.x)}, ${y} ${three(mark.y)}.`).join("");
