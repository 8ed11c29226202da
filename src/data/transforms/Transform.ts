import type { Random } from "../../engine/random.js";
import { type Brightness, drawBrightness } from "./brightness.js";
import { type Contrast, drawContrast } from "./contrast.js";
import { type Crop, drawCrop } from "./crop.js";
import { type CropPad, drawCropPad } from "./cropPad.js";
import { type Cutout, drawCutout } from "./cutout.js";
import { type Dihedral, drawDihedral } from "./dihedral.js";
import { type FlipLr, drawFlipLr } from "./flipLr.js";
import { type Jitter, drawJitter } from "./jitter.js";
import { type Pad, padStep } from "./pad.js";
import { type Rotate, drawRotate } from "./rotate.js";
import { type Step, inOrder } from "./Step.js";
import { type SymmetricWarp, drawSymmetricWarp } from "./symmetricWarp.js";
import { type Zoom, drawZoom } from "./zoom.js";

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

const names = {
  ...{ brightness: true, contrast: true, crop: true, cropPad: true, cutout: true, dihedral: true },
  ...{ flipLr: true, jitter: true, pad: true, rotate: true, symmetricWarp: true, zoom: true },
} as const satisfies Record<Transform["name"], true>;

/** Whether something that was read from a file is a transform, by its name and probability. */
export function isTransform(value: unknown): value is Transform {
  const { name, p } = (value ?? {}) as Partial<Record<keyof Transform, unknown>>;
  return typeof name === "string" && Object.hasOwn(names, name) && typeof p === "number";
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
