import type { Figure } from "../core/Display.js";
import { formatShare } from "../statistics/format.js";
import type { Spread } from "../statistics/spread.js";

/** A measure of all runs. */
export interface MeasuredRuns {
  readonly name: string;
  /** One of each run, in the order of the seeds. */
  readonly values: readonly number[];
  readonly spread: Spread;
}

/** Every run's measures beside each other, with their mean and its 95% interval. */
export function seedSweepFigure(seeds: readonly number[], measures: readonly MeasuredRuns[]): Figure {
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        name: "one run",
        marker: { size: 9, opacity: 0.7 },
        x: measures.flatMap(({ name }) => seeds.map(() => name)),
        y: measures.flatMap(({ values }) => values),
        text: measures.flatMap(() => seeds.map((seed) => `seed ${seed}`)),
        hovertemplate: "%{x}: %{y:.3f}, %{text}<extra></extra>",
      },
      {
        type: "scatter",
        mode: "markers",
        name: "mean with 95% confidence interval",
        marker: { size: 14, symbol: "line-ew-open", line: { width: 3 } },
        x: measures.map(({ name }) => name),
        y: measures.map(({ spread }) => spread.mean),
        error_y: {
          type: "data",
          array: measures.map(({ spread: { mean, interval } }) => interval[1] - mean),
          visible: true,
        },
      },
    ],
    layout: {
      title: { text: `${seeds.length} runs with different seeds` },
      yaxis: { title: { text: "Value" }, range: [0, 1.02] },
      xaxis: { type: "category" },
      legend: { x: 0.98, y: 0.5, xanchor: "right" },
      width: 700,
      height: 420,
    },
    alt: `${seeds.length} runs. ${measures
      .map(({ name, spread: { mean, standardDeviation } }) => {
        return `${name}: mean ${formatShare(mean)}, standard deviation ${formatShare(standardDeviation)}`;
      })
      .join("; ")}.`,
  };
}
