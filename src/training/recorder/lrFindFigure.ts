import type { Figure } from "../../core/Display.js";
import { argmin } from "../../statistics/argmin.js";

/**
 * The learning-rate finder's curve: smoothed loss over the rate, logarithmic.
 * @param suggestions rates to mark, by name
 */
export function lrFindFigure(
  lrs: readonly number[],
  losses: readonly number[],
  suggestions: Readonly<Record<string, number>> = {},
): Figure {
  const lowest = argmin(losses);
  const marks = Object.entries(suggestions);
  const words =
    `Learning-rate finder: smoothed loss over learning rates from ${exponent(lrs[0])} to ` +
    `${exponent(lrs.at(-1))}; lowest loss ${(losses[lowest] ?? NaN).toFixed(3)} at ${exponent(lrs[lowest])}.` +
    (marks.length > 0
      ? ` Suggestions: ${marks.map(([name, lr]) => `${name} ${exponent(lr)}`).join(", ")}.`
      : "");
  return {
    data: [
      { type: "scatter", mode: "lines", x: lrs, y: losses, name: "smoothed loss" },
      ...marks.map(([name, lr]) => ({
        type: "scatter",
        mode: "markers",
        marker: { size: 10 },
        name: `${name}: ${exponent(lr)}`,
        x: [lr],
        y: [lossAt(lr, lrs, losses)],
      })),
    ],
    layout: {
      title: { text: "Learning-rate finder" },
      xaxis: { type: "log", title: { text: "Learning rate" }, exponentformat: "e", dtick: 1 },
      yaxis: { title: { text: "Loss (smoothed)" } },
      showlegend: marks.length > 0,
      width: 620,
      height: 400,
    },
    alt: words,
  };
}

/** The loss at the recorded rate that is nearest. */
function lossAt(lr: number, lrs: readonly number[], losses: readonly number[]): number {
  return losses[argmin(lrs.map((each) => Math.abs(Math.log(each / lr))))] ?? NaN;
}

const exponent = (value: number | undefined): string => (value ?? NaN).toExponential(1);
