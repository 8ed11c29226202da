import { isDeepStrictEqual } from "node:util";
import type { Random } from "../../engine/random.js";
import { type Brightness, brightness, drawBrightness } from "./brightness.js";
import { type Contrast, contrast, drawContrast } from "./contrast.js";
import { type Crop, crop, drawCrop } from "./crop.js";
import { type CropPad, cropPad, drawCropPad } from "./cropPad.js";
import { type Cutout, cutout, drawCutout } from "./cutout.js";
import { type Dihedral, dihedral, drawDihedral } from "./dihedral.js";
import { type FlipLr, flipLr, drawFlipLr } from "./flipLr.js";
import { type Jitter, jitter, drawJitter } from "./jitter.js";
import { type Pad, pad, padStep } from "./pad.js";
import { type Rotate, rotate, drawRotate } from "./rotate.js";
import { type Step, inOrder } from "./Step.js";
import { type SymmetricWarp, symmetricWarp, drawSymmetricWarp } from "./symmetricWarp.js";
import { type Zoom, zoom, drawZoom } from "./zoom.js";

/**
 * A random transform as plain data: its name, its probability `p` and the ranges its parameters are drawn from.
 * Plain data can be printed, compared and handed to a worker thread.
 */
export type Transform =
  | Brightness
  | Contrast
  | Crop
  | CropPad
  | Cutout
  | Dihedral
  | FlipLr
  | Jitter
  | Pad
  | Rotate
  | SymmetricWarp
  | Zoom;

/** Each kind made anew of its own fields, whose bounds its maker knows. */
const remake: { readonly [N in Transform["name"]]: (t: Extract<Transform, { name: N }>) => Transform } = {
  brightness: (t) => brightness(t.change, t.p),
  contrast: (t) => contrast(t.scale, t.p),
  crop: (t) => crop(t.size, t.rowPct, t.colPct),
  cropPad: (t) => cropPad(t.rowPct, t.colPct),
  cutout: (t) => cutout(t.nHoles, t.length, t.p),
  dihedral: (t) => dihedral(t.p),
  flipLr: (t) => flipLr(t.p),
  jitter: (t) => jitter(t.magnitude, t.p),
  pad: (t) => pad(t.padding, t.mode),
  rotate: (t) => rotate(t.degrees, t.p),
  symmetricWarp: (t) => symmetricWarp(t.magnitude, t.p),
  zoom: (t) => zoom(t.scale, t.p, t.rowPct, t.colPct),
};

/** Whether something that was read from a file is a transform as its own function makes it, with all bounds in order. */
export function isTransform(value: unknown): value is Transform {
  const { name } = (value ?? {}) as Partial<Record<keyof Transform, unknown>>;
  if (typeof name !== "string" || !Object.hasOwn(remake, name)) return false;
  try {
    return isDeepStrictEqual(remake[name as Transform["name"]](value as never), value);
  } catch {
    // A bound out of its range, or a field that is missing or of another kind.
    return false;
  }
}

/**
 * Draws every transform's parameters and then its coin, and returns the steps that won theirs, in the order in
 * which they run.
 */
export function drawSteps(transforms: readonly Transform[], random: Random): Step[] {
  const steps: Step[] = [];
  for (const transform of transforms) {
    // Parameters come before the coin, as in fast.ai: a lost coin does not shift the draws of the next transform.
    const step = draw(transform, random);
    if (random.bernoulli(transform.p)) steps.push(step);
  }
  return inOrder(steps);
}

function draw(transform: Transform, random: Random): Step {
  switch (transform.name) {
    case "brightness":
      return drawBrightness(transform, random);
    case "contrast":
      return drawContrast(transform, random);
    case "crop":
      return drawCrop(transform, random);
    case "cropPad":
      return drawCropPad(transform, random);
    case "cutout":
      return drawCutout(transform, random);
    case "dihedral":
      return drawDihedral(random);
    case "flipLr":
      return drawFlipLr();
    case "jitter":
      return drawJitter(transform, random);
    case "pad":
      return padStep(transform.padding, transform.mode);
    case "rotate":
      return drawRotate(transform, random);
    case "symmetricWarp":
      return drawSymmetricWarp(transform, random);
    case "zoom":
      return drawZoom(transform, random);
  }
}
