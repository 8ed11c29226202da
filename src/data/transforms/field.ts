import { Random } from "../../core/Random.js";
import { type Matrix3, applyTo } from "./matrix.js";
import type { CoordStep, JitterStep } from "./TransformStep.js";

/** Coordinates (-1..1) in the source for each pixel of the resized image: x, y, row by row. */
export type Field = Float32Array;

/**
 * Carries out the coordinate steps point by point: what no matrix can say, as each point is moved by its own noise.
 * @param affine of all affine steps together, its aspect corrected; the last to act on a point
 */
export function fieldOf(
  height: number,
  width: number,
  steps: readonly (CoordStep | JitterStep)[],
  affine: Matrix3,
): Field {
  const field = new Float32Array(height * width * 2);
  const everywhere = (move: (x: number, y: number) => readonly [number, number]): void => {
    for (let k = 0; k < field.length; k += 2) {
      [field[k], field[k + 1]] = move(field[k] ?? 0, field[k + 1] ?? 0);
    }
  };
  for (let i = 0, k = 0; i < height; i++) {
    for (let j = 0; j < width; j++, k += 2) {
      field[k] = (2 * j) / Math.max(1, width - 1) - 1;
      field[k + 1] = (2 * i) / Math.max(1, height - 1) - 1;
    }
  }
  for (const step of steps) {
    if (step.kind === "coord") {
      everywhere((x, y) => applyTo(step.matrix, x, y));
    } else {
      const { magnitude } = step;
      const noise = noiseOf(step);
      everywhere((x, y) => [x + (noise() - 0.5) * magnitude * 2, y + (noise() - 0.5) * magnitude * 2]);
    }
  }
  everywhere((x, y) => applyTo(affine, x, y));
  return field;
}

function noiseOf({ noise }: JitterStep): () => number {
  if (typeof noise === "number") {
    const random = new Random(noise);
    return () => random.uniform();
  }
  let next = 0;
  return () => noise[next++] ?? NaN;
}

/** The distance between the smallest and the largest coordinate, over both axes. */
export function extentOf(field: Field): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of field) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}
