import { UserError } from "../core/errors.js";
import { mean } from "../statistics/sum.js";
import { brightnessStep } from "../data/transforms/brightness.js";
import { contrastStep } from "../data/transforms/contrast.js";
import { cropPadStep } from "../data/transforms/cropPad.js";
import { flipLrStep } from "../data/transforms/flipLr.js";
import { planSteps } from "../data/transforms/plan.js";
import { relight } from "../data/transforms/relight.js";
import { resample } from "../data/transforms/resample.js";
import { rotateStep } from "../data/transforms/rotate.js";
import type { TransformStep } from "../data/transforms/TransformStep.js";
import { symmetricWarpStep } from "../data/transforms/symmetricWarp.js";
import { zoomStep } from "../data/transforms/zoom.js";
import type { ParityRow } from "./ParityRow.js";
import { farthest, meanDifference, pairs } from "./pairs.js";

/** An RGB image in 0..1: rows of pixels of three values. */
type Image = readonly (readonly (readonly number[])[])[];

/** Pixels this near to the edge are left out of the largest difference, as reflections meet there. */
const border = 2;
const meanTolerance = 2 / 255;
const maxTolerance = 0.02;

/**
 * Replays each transform that fastai recorded with fixed parameters (`transforms.json`) and compares the pixels:
 * two rows a case, the mean and the largest absolute difference.
 * @throws UserError when the record is not of that shape
 */
export function transformsParity(record: unknown): ParityRow[] {
  const { size, input, cases } = readRecord(record);
  return Object.entries(cases).flatMap(([name, { params, output }]) => {
    const ours = apply(input, size, stepsOf(name, params));
    const theirs = output.flat(2);
    const all = pairs(ours, theirs);
    return [
      {
        name: `${name}: mean`,
        ours: mean(ours),
        fastai: mean(theirs),
        difference: meanDifference(all),
        tolerance: meanTolerance,
        unit: "absolute" as const,
      },
      {
        name: `${name}: farthest pixel`,
        ...farthest(all.filter((_, k) => inside(k, size))),
        tolerance: maxTolerance,
        unit: "absolute" as const,
      },
    ];
  });
}

function apply(input: Image, size: number, steps: readonly TransformStep[]): Float32Array {
  const [height, width] = [input.length, input[0]?.length ?? 0];
  const out = new Float32Array(size * size * 3);
  const plan = planSteps(height, width, size, steps);
  resample(Float32Array.from(input.flat(2)), height, width, 3, plan, out);
  if (plan.lighting) relight(out, out.length, plan.lighting.scale, plan.lighting.shift);
  return out;
}

function stepsOf(name: string, params: Readonly<Record<string, unknown>>): TransformStep[] {
  const number = (key: string): number => {
    const value = params[key];
    if (typeof value === "number") return value;
    throw malformed(`the case "${name}" has no number "${key}"`);
  };
  switch (name) {
    case "crop_pad":
    case "crop_corner":
      return [cropPadStep(number("row_pct"), number("col_pct"))];
    case "flip_lr":
      return [flipLrStep];
    case "rotate":
      return [rotateStep(number("degrees"))];
    case "zoom":
      return [zoomStep(number("scale"), number("row_pct"), number("col_pct"))];
    case "warp": {
      const { magnitude } = params;
      if (
        !Array.isArray(magnitude) ||
        magnitude.length !== 4 ||
        !magnitude.every((m) => typeof m === "number")
      ) {
        throw malformed('the case "warp" has no four numbers "magnitude"');
      }
      const [m0 = 0, m1 = 0, m2 = 0, m3 = 0] = magnitude;
      return [symmetricWarpStep([m0, m1, m2, m3])];
    }
    case "brightness":
      return [brightnessStep(number("change"))];
    case "contrast":
      return [contrastStep(number("scale"))];
    default:
      throw malformed(`the case "${name}" is not known`);
  }
}

interface TransformsRecord {
  readonly size: number;
  readonly input: Image;
  readonly cases: Readonly<
    Record<string, { readonly params: Record<string, unknown>; readonly output: Image }>
  >;
}

function readRecord(record: unknown): TransformsRecord {
  if (!isObject(record)) throw malformed("it is no object");
  const { size, input, cases } = record;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1)
    throw malformed('"size" is no whole number');
  if (!isImage(input)) throw malformed('"input" is no image');
  if (!isObject(cases) || Object.keys(cases).length === 0) throw malformed('"cases" is no object with cases');
  const read: Record<string, { params: Record<string, unknown>; output: Image }> = {};
  for (const [name, entry] of Object.entries(cases)) {
    if (!isObject(entry) || !isObject(entry.params)) throw malformed(`the case "${name}" has no "params"`);
    const { params, output } = entry;
    if (!isImage(output) || output.length !== size || output[0]?.length !== size) {
      throw malformed(`the case "${name}" has no "output" of ${size} x ${size} pixels`);
    }
    read[name] = { params, output };
  }
  return { size, input, cases: read };
}

const malformed = (problem: string): UserError =>
  new UserError(
    `This is no record of fastai's transforms: ${problem}.`,
    "Give the record whole, as it was written beside fastai.",
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isImage(value: unknown): value is Image {
  if (!Array.isArray(value) || value.length === 0) return false;
  const rows: readonly unknown[] = value;
  const width = Array.isArray(rows[0]) ? rows[0].length : 0;
  return rows.every(
    (row) => Array.isArray(row) && row.length === width && width > 0 && row.every((pixel) => isPixel(pixel)),
  );
}

const isPixel = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 3 && value.every((channel) => typeof channel === "number");

function inside(k: number, size: number): boolean {
  const pixel = Math.floor(k / 3);
  const [row, column] = [Math.floor(pixel / size), pixel % size];
  return Math.min(row, column, size - 1 - row, size - 1 - column) >= border;
}
