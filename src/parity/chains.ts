import { render } from "../data/loading/render.js";
import { cutoutStep } from "../data/transforms/cutout.js";
import { dihedralStep } from "../data/transforms/dihedral.js";
import { jitterStep } from "../data/transforms/jitter.js";
import { planSteps } from "../data/transforms/plan.js";
import { paddingModes, resizeMethods } from "../data/transforms/resizing.js";
import { inOrder, type TransformStep } from "../data/transforms/TransformStep.js";
import { drawSteps, isTransform, type Transform } from "../data/transforms/Transform.js";
import { Random } from "../core/Random.js";
import { UserError } from "../core/errors.js";
import type { ParityRow } from "./ParityRow.js";

/** A drawn image and what fastai made of it. */
interface Chain {
  readonly height: number;
  readonly width: number;
  readonly phase: number;
  readonly size: number;
  readonly resizeMethod: (typeof resizeMethods)[number];
  readonly paddingMode: (typeof paddingModes)[number];
  /** With ranges whose ends are equal: nothing is drawn. */
  readonly transforms: readonly Transform[];
  /** As fastai drew them, with the transforms' own. */
  readonly steps?: readonly DrawnStep[];
  /** `[size, size, 3]` row by row, RGB in 0..1. */
  readonly output: readonly number[];
}

type DrawnStep =
  | { readonly kind: "jitter"; readonly magnitude: number; readonly noise: readonly number[] }
  | {
      readonly kind: "cutout";
      readonly holes: readonly (readonly [number, number])[];
      readonly length: number;
    }
  | { readonly kind: "dihedral"; readonly k: number };

/** The mean difference of a pixel: the record has four digits, and a sample beside an edge may fall on its other side. */
const meanTolerance = 1e-4;
const maxTolerance = 1e-3;

/**
 * Replays chains of transforms that fastai recorded (`test/parity/oracle/chains.py`), resizing and padding included, by
 * the way that an image goes in training: two rows a chain, the mean and the largest difference of a pixel.
 * @throws UserError when the record is not of that shape
 */
export function chainsParity(record: object): ParityRow[] {
  const { chains } = record as { readonly chains: unknown };
  if (!Array.isArray(chains) || !chains.every(isChain)) {
    throw new UserError(
      "This is no record of fastai's chains.",
      "Make one with test/parity/oracle/chains.py.",
    );
  }
  return chains.flatMap((chain, i) => {
    const ours = apply(chain);
    const { output } = chain;
    const differences = output.map((value, k) => Math.abs((ours[k] ?? NaN) - value));
    const farthest = differences.reduce(
      (best, value, k) => (value <= (differences[best] ?? -1) ? best : k),
      0,
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const { height, width, resizeMethod, paddingMode, transforms, steps = [] } = chain;
    const names = [...transforms.map(({ name }) => name), ...steps.map(({ kind }) => kind)];
    const name = `${i + 1}: ${width} x ${height}, ${resizeMethod}, ${paddingMode}, ${names.join(", ") || "nothing else"}`;
    return [
      {
        ...{
          name: `${name}: mean`,
          ours: mean([...ours]),
          fastai: mean(output),
          difference: mean(differences),
        },
        ...{ tolerance: meanTolerance, unit: "absolute" as const },
      },
      {
        ...{ name: `${name}: farthest pixel`, ours: ours[farthest] ?? NaN, fastai: output[farthest] ?? NaN },
        ...{
          difference: differences[farthest] ?? NaN,
          tolerance: maxTolerance,
          unit: "absolute" as const,
        },
      },
    ];
  });
}

function apply({ height, width, phase, size, transforms, steps = [], ...resizing }: Chain): Float32Array {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, k) => {
    const [row, column, channel] = [Math.floor(k / 3 / width), Math.floor(k / 3) % width, k % 3];
    const wave = 0.5 + 0.5 * Math.sin(0.11 * row + 0.07 * column * (1 + channel) + phase);
    return Math.floor(255 * wave + 0.5);
  });
  const out = new Float32Array(size * size * 3);
  const drawn = drawSteps(transforms, new Random(0));
  render(
    { data, height, width, channels: 3 },
    planSteps(height, width, size, inOrder([...drawn, ...steps.map(stepOf)]), resizing),
    out,
  );
  return out;
}

function stepOf(step: DrawnStep): TransformStep {
  switch (step.kind) {
    case "jitter":
      return jitterStep(step.magnitude, step.noise);
    case "cutout": {
      const holes = step.holes.map(([rowPct, colPct]) => ({ rowPct, colPct }));
      return cutoutStep(holes, step.length);
    }
    case "dihedral":
      return dihedralStep(step.k);
  }
}

function isChain(value: unknown): value is Chain {
  const { height, width, phase, size, resizeMethod, paddingMode, transforms, output } = (value ??
    {}) as Partial<Record<keyof Chain, unknown>>;
  return (
    [height, width, size].every((side) => Number.isInteger(side)) &&
    typeof phase === "number" &&
    resizeMethods.some((method) => method === resizeMethod) &&
    paddingModes.some((mode) => mode === paddingMode) &&
    Array.isArray(transforms) &&
    transforms.every(isTransform) &&
    Array.isArray(output) &&
    output.length === Number(size) ** 2 * 3
  );
}
