import type { Figure } from "../display/Display.js";

/** The learning-rate finder's curve: smoothed loss over the rate, logarithmic. */
export function lrFindFigure(lrs: readonly number[], losses: readonly number[]): Figure {
  const lowest = losses.reduce((best, loss, i) => (loss < (losses[best] ?? Infinity) ? i : best), 0);
  const words =
    `Learning-rate finder: smoothed loss over learning rates from ${exponent(lrs[0])} to ` +
    `${exponent(lrs.at(-1))}; lowest loss ${(losses[lowest] ?? NaN).toFixed(3)} at ${exponent(lrs[lowest])}.`;
  return {
    data: [{ type: "scatter", mode: "lines", x: lrs, y: losses, name: "smoothed loss" }],
    layout: {
      title: { text: "Learning-rate finder" },
      xaxis: { type: "log", title: { text: "Learning rate" }, exponentformat: "e", dtick: 1 },
      yaxis: { title: { text: "Loss (smoothed)" } },
      showlegend: false,
      width: 620,
      height: 400,
    },
    alt: words,
  };
}

const exponent = (value: number | undefined): string => (value ?? NaN).toExponential(1);
