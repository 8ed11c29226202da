import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Random } from "../../core/Random.js";
import { UserError } from "../../core/errors.js";
import { brightness } from "./brightness.js";
import { contrast } from "./contrast.js";
import { crop } from "./crop.js";
import { cropPad } from "./cropPad.js";
import { cutout } from "./cutout.js";
import { type Definition, definedTransforms, type OwnTransform, sealTransforms } from "./defineTransform.js";
import { dihedral } from "./dihedral.js";
import { flipLr } from "./flipLr.js";
import { jitter } from "./jitter.js";
import { pad } from "./pad.js";
import { rotate } from "./rotate.js";
import { type TransformStep, inOrder } from "./TransformStep.js";
import { symmetricWarp } from "./symmetricWarp.js";
import { zoom } from "./zoom.js";

/** The package's transforms: a new one is a file and a line here. */
export const transforms = {
  brightness,
  contrast,
  crop,
  cropPad,
  cutout,
  dihedral,
  flipLr,
  jitter,
  pad,
  rotate,
  symmetricWarp,
  zoom,
};
sealTransforms();

/**
 * A random transform as plain data: its name, its probability `p` and the ranges its parameters are drawn from.
 * Plain data can be printed, compared and kept in a file.
 */
export type Transform = ReturnType<(typeof transforms)[keyof typeof transforms]> | OwnTransform;

/** Whether a transform of that name is defined in this process. */
export const isTransformDefined = (name: string): boolean => definedTransforms.has(name);

/** @throws UserError when no transform of that name is defined in this process */
export function definitionOf(name: string): Definition {
  const definition = definedTransforms.get(name);
  if (definition) return definition;
  throw new UserError(
    `There is no transform ${JSON.stringify(name)} here.`,
    `Run its \`defineTransform\` first. Defined are: ${[...definedTransforms.keys()].join(", ")}.`,
  );
}

/**
 * What tells the code of the transforms that are defined outside this package from another one of the same name, as a
 * SHA-256; undefined where there are none.
 * @throws UserError naming a transform that is not defined in this process
 */
export function ownTransformsCode(transforms: readonly Transform[]): string | undefined {
  const own = transforms.filter(({ name }) => name.includes("/"));
  if (own.length === 0) return undefined;
  const texts = own.map(({ name }) => Object.values(definitionOf(name)).map(String).join("\n"));
  return createHash("sha256").update(texts.join("\n")).digest("hex");
}

/** Whether something that was read from a file is a transform as its own function makes it, with all bounds in order. */
export function isTransform(value: unknown): value is Transform {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Transform;
  const definition = definedTransforms.get(fields.name);
  if (!definition) return false;
  try {
    const made = definition.make(...definition.args(fields));
    return isDeepStrictEqual({ ...made, name: fields.name }, value);
  } catch {
    // A bound out of its range, or a field that is missing or of another kind.
    return false;
  }
}

/**
 * Draws every transform's parameters and then its coin, and returns the steps that won theirs, in the order in
 * which they run.
 * @throws UserError naming a transform that is not defined in this process
 */
export function drawSteps(transforms: readonly Transform[], random: Random): TransformStep[] {
  const steps: TransformStep[] = [];
  for (const transform of transforms) {
    // Parameters come before the coin, as in fast.ai: a lost coin does not shift the draws of the next transform.
    const step = definitionOf(transform.name).draw(transform, random);
    if (random.bernoulli(transform.p)) steps.push(step);
  }
  return inOrder(steps);
}
