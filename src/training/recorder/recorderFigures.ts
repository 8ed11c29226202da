import type { Figure } from "../../core/Display.js";

const shape = { width: 620, height: 400 };
const number = (value: number | undefined): string => (value ?? NaN).toPrecision(4);
const count = (values: readonly unknown[]): number[] => values.map((_, i) => i);

/**
 * Training's smoothed loss at each batch, and validation's at the end of each epoch.
 * @param valid the loss and the batches before it
 */
export function lossesFigure(
  train: readonly number[],
  valid: readonly { readonly batches: number; readonly loss: number }[],
): Figure {
  const words =
    `Losses over ${train.length} batches: training from ${number(train[0])} to ${number(train.at(-1))}` +
    (valid.length > 0
      ? `, validation after each epoch ${valid.map(({ loss }) => number(loss)).join(", ")}.`
      : ".");
  return {
    data: [
      { type: "scatter", mode: "lines", name: "train", x: count(train), y: train },
      {
        type: "scatter",
        mode: "lines+markers",
        name: "valid",
        x: valid.map(({ batches }) => batches),
        y: valid.map(({ loss }) => loss),
      },
    ],
    layout: {
      title: { text: "Losses" },
      xaxis: { title: { text: "Batches" } },
      yaxis: { title: { text: "Loss" } },
      ...shape,
    },
    alt: words,
  };
}

/** The last layer group's learning rate at each batch, and with `moms` the momentum on an axis of its own. */
export function lrFigure(lrs: readonly number[], moms?: readonly number[]): Figure {
  const range = (values: readonly number[]) =>
    `from ${number(values[0])}, between ${number(Math.min(...values))} and ${number(Math.max(...values))}`;
  const line = { type: "scatter", mode: "lines" };
  return {
    data: [
      { ...line, name: "learning rate", x: count(lrs), y: lrs },
      ...(moms ? [{ ...line, name: "momentum", x: count(moms), y: moms, yaxis: "y2" }] : []),
    ],
    layout: {
      title: { text: moms ? "Learning rate and momentum" : "Learning rate" },
      xaxis: { title: { text: "Batches" } },
      yaxis: { title: { text: "Learning rate" }, exponentformat: "e" },
      ...(moms ? { yaxis2: { title: { text: "Momentum" }, overlaying: "y", side: "right" } } : {}),
      ...shape,
    },
    alt: `Over ${lrs.length} batches the learning rate goes ${range(lrs)}${moms ? `, the momentum ${range(moms)}` : ""}.`,
  };
}

/** A panel for each metric, epoch by epoch. */
export function metricsFigure(
  names: readonly string[],
  rows: readonly { readonly epoch: number; readonly metrics: readonly number[] }[],
): Figure {
  const axes = names.flatMap((name, i): [string, object][] => {
    const nth = i === 0 ? "" : String(i + 1);
    return [
      [`xaxis${nth}`, { title: { text: "Epoch" }, dtick: Math.max(1, Math.ceil(rows.length / 10)) }],
      [`yaxis${nth}`, { title: { text: name } }],
    ];
  });
  const values = (i: number) => rows.map(({ metrics }) => metrics[i] ?? NaN);
  return {
    data: names.map((name, i) => ({
      type: "scatter",
      mode: "lines+markers",
      name,
      x: rows.map(({ epoch }) => epoch),
      y: values(i),
      ...(i === 0 ? {} : { xaxis: `x${i + 1}`, yaxis: `y${i + 1}` }),
    })),
    layout: {
      title: { text: "Metrics" },
      grid: { rows: names.length, columns: 1, pattern: "independent" },
      ...Object.fromEntries(axes),
      showlegend: false,
      width: shape.width,
      height: 80 + 260 * names.length,
    },
    alt: names.map((name, i) => `${name} by epoch: ${values(i).map(number).join(", ")}.`).join(" "),
  };
}
