import type { Figure } from "../core/Display.js";
import type { CalibrationCurve } from "../statistics/calibrationCurve.js";
import type { DecisionCurve } from "../statistics/decisionCurve.js";
import { formatShare } from "../statistics/format.js";
import type { ProbabilityHistogram } from "../statistics/probabilityHistogram.js";

const size = { width: 620, height: 460 };
/** Below the figure, where it covers nothing on a narrow screen. */
const legend = { orientation: "h", x: 0, y: -0.22, yanchor: "top" };
const margin = { l: 60, r: 20, t: 55, b: 110 };
const grey = { dash: "dot", color: "#777777" };
const [blue, orange] = ["#0072b2", "#d55e00"];

/** A band between two lines; it leaves out what is no number. */
function band(x: readonly number[], low: readonly number[], high: readonly number[]) {
  const known = [...x.keys()].filter((k) => Number.isFinite(low[k]) && Number.isFinite(high[k]));
  const at = (values: readonly number[], keys: readonly number[]) => keys.map((k) => values[k]);
  const back = [...known].reverse();
  return {
    type: "scatter",
    mode: "lines",
    name: "95% band",
    x: [...at(x, known), ...at(x, back)],
    y: [...at(high, known), ...at(low, back)],
    fill: "toself",
    fillcolor: "rgba(0,114,178,0.18)",
    line: { width: 0 },
    hoverinfo: "skip",
  };
}

/** The smooth calibration curve with its band, beside the diagonal, on which a calibrated model lies. */
export function calibrationCurveFigure(curve: CalibrationCurve, title: string): Figure {
  const { predicted, observed, low, high, ici } = curve;
  const axis = { range: [0, 1], constrain: "domain" };
  return {
    data: [
      band(predicted, low, high),
      {
        ...{ type: "scatter", mode: "lines", name: "model", x: predicted, y: observed },
        line: { width: 2.5, color: blue },
        hovertemplate: "predicted %{x:.2f}, observed %{y:.3f}<extra></extra>",
      },
      {
        type: "scatter",
        mode: "lines",
        name: "calibrated",
        x: [0, 1],
        y: [0, 1],
        line: grey,
        hoverinfo: "skip",
      },
    ],
    layout: {
      title: { text: title },
      xaxis: { title: { text: "Predicted probability" }, ...axis },
      yaxis: { title: { text: "Observed share of positives" }, ...axis },
      ...{ legend, margin, ...size },
    },
    alt: `${title}: on average the curve is ${formatShare(ici)} away from the predicted probability. ${atTenths(predicted, (k) => `predicted ${formatShare(predicted[k] ?? NaN)}, observed ${formatShare(observed[k] ?? NaN)}`)}`,
  };
}

/** Net benefit of the model, of acting on all, and of acting on none, by the threshold of the probability. */
export function decisionCurveFigure(curve: DecisionCurve, title: string): Figure {
  const { thresholds, model, low, high, all, prevalence } = curve;
  const top = Math.max(prevalence, ...model, ...high.filter(Number.isFinite));
  // Where positives are rare all that is of use lies at low thresholds.
  const used = thresholds.filter((_, k) => [model, high, all].some((values) => (values[k] ?? 0) > 0));
  const lastUse = used.at(-1) ?? 1;
  const line = (name: string, y: readonly number[], style: Readonly<Record<string, unknown>>) => ({
    ...{ type: "scatter", mode: "lines", name, x: thresholds, y, line: style },
    hovertemplate: `threshold %{x:.2f}, net benefit of ${name} %{y:.3f}<extra></extra>`,
  });
  return {
    data: [
      band(thresholds, low, high),
      line("model", model, { width: 2.5, color: blue }),
      line("acting on all", all, { width: 2, color: orange, dash: "dash" }),
      line(
        "acting on none",
        thresholds.map(() => 0),
        grey,
      ),
    ],
    layout: {
      title: { text: title },
      xaxis: {
        title: { text: "Threshold of the probability" },
        range: [0, Math.min(1, 1.5 * lastUse + 0.05)],
      },
      // What acting on all loses at high thresholds would hide the rest.
      yaxis: { title: { text: "Net benefit" }, automargin: true, range: [-0.25 * top, 1.1 * top] },
      ...{ legend, margin, ...size },
    },
    alt: `${title}. ${atTenths(thresholds, (k) => `threshold ${formatShare(thresholds[k] ?? NaN)}: model ${formatShare(model[k] ?? NaN)}, all ${formatShare(all[k] ?? NaN)}`)}`,
  };
}

/** How the probabilities are distributed in each class: positives above the line, negatives below it. */
export function distributionFigure(
  { edges, negative, positive }: ProbabilityHistogram,
  title: string,
): Figure {
  const middle = negative.map((_, k) => ((edges[k] ?? 0) + (edges[k + 1] ?? 0)) / 2);
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...positive, ...negative);
  const bars = (name: string, counts: readonly number[], sign: number, color: string) => ({
    ...{ type: "bar", name, x: middle, y: counts.map((count) => sign * count), marker: { color } },
    text: counts.map((count, k) => `${count} with ${edges[k] ?? 0} to ${edges[k + 1] ?? 0}`),
    // Only for the hand that points at it.
    textposition: "none",
    hovertemplate: `${name}: %{text}<extra></extra>`,
  });
  const step = niceStep(most / 2);
  const ticks = Array.from(
    { length: Math.floor(most / step) * 2 + 1 },
    (_, k) => (k - Math.floor(most / step)) * step,
  );
  return {
    data: [bars("positive", positive, 1, blue), bars("negative", negative, -1, orange)],
    layout: {
      title: { text: title },
      barmode: "relative",
      bargap: 0.05,
      xaxis: { title: { text: "Predicted probability" }, range: [0, 1] },
      yaxis: {
        title: { text: "Images" },
        automargin: true,
        range: [-1.08 * most, 1.08 * most],
        tickvals: ticks,
        ticktext: ticks.map((tick) => String(Math.abs(tick))),
      },
      ...{ legend, margin, ...size },
    },
    alt: `${title}: ${total(positive)} positive images, ${positive.at(-1) ?? 0} of them with the highest probabilities and ${positive[0] ?? 0} with the lowest; ${total(negative)} negative images, ${negative.at(-1) ?? 0} with the highest and ${negative[0] ?? 0} with the lowest.`,
  };
}

/** 1, 2 or 5 times a power of ten, at most as large as the number, and at least 1. */
function niceStep(most: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, most))));
  return power * ([5, 2, 1].find((step) => step * power <= most) ?? 1);
}

/** Every tenth place in words: numbers for those who cannot see the figure. */
function atTenths(places: readonly number[], words: (k: number) => string): string {
  const keys = [...places.keys()].filter((k) => Math.round((places[k] ?? 0) * 100) % 10 === 0);
  return keys.length === 0 ? "" : `${keys.map(words).join("; ")}.`;
}
