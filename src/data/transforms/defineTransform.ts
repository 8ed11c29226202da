import { checkArguments, having } from "../../core/checkArguments.js";
import { isDeepStrictEqual } from "node:util";
import type { Random } from "../../core/Random.js";
import { UserError } from "../../core/errors.js";
import type { TransformStep } from "./TransformStep.js";

/** The fields of a transform beside its name: numbers, texts, truth values, and lists and objects of them. */
export interface TransformFields {
  /** How likely the transform is done to an image, in 0..1. */
  readonly p: number;
}

/** All that there is to say of a kind of transform. */
export interface TransformDefinition<
  Name extends string,
  Fields extends TransformFields,
  Args extends readonly unknown[],
> {
  /** What the transform is called in lists, messages and exported files: outside this package a name with a slash. */
  readonly name: Name;
  /**
   * Checks the arguments and makes the transform's fields of them. Where the compiler is to infer their types, it
   * needs one beside each parameter, those with a default included: `p: number = 1`.
   * @throws UserError naming an argument that is out of its range
   */
  make(...args: Args): Fields;
  /** The arguments that make the same fields again: by them a transform that was read from a file is checked. */
  args(fields: Fields): readonly [...Args];
  /**
   * Draws what is done to one image. A step is plain data; `order` says when it is done: -10 pads, 4 and 5 move the
   * sampled points, 8 changes the light, 10 flips and crops, 20 cuts out, 99 cuts the square.
   * @param random the image's own numbers
   */
  draw(fields: Fields, random: Random): TransformStep;
  /**
   * In `learn.TTA`: "drawn" anew in each pass, as in training, or "leftOut", because the passes' own crop, zoom and
   * flips take its place. @default "drawn"
   */
  readonly inTTA?: "drawn" | "leftOut";
}

/** A transform of one kind, as plain data. */
export interface NamedTransform<Name extends string> extends TransformFields {
  /** The kind, as it was defined. */
  readonly name: Name;
}

/**
 * A transform that is defined outside this package by {@link defineTransform}, as plain data. The slash in its name
 * tells it from the package's own transforms, those of later versions included.
 */
export type OwnTransform = NamedTransform<`${string}/${string}`>;

/** A definition whose fields are not known to the compiler. */
export type Definition = TransformDefinition<string, TransformFields, readonly unknown[]>;

const aDefinition = having("a definition", "name", "make", "args", "draw");

/** The transforms that are defined in this process, by name; `Transform.ts`, which has all, looks them up. */
export const definedTransforms = new Map<string, Definition>();
let sealed = false;

/**
 * Defines a kind of transform. The function that is returned makes transforms of it, for `dsTfms` and `xtraTfms`;
 * they are plain data, and every worker thread, `learn.export` and `loadLearner` take them. What is drawn is drawn in
 * the calling thread, so that a definition may stand in a cell of a notebook. A process that loads an exported
 * learner must have run the definitions of the transforms of its validation.
 * @returns a function of the arguments of `make`; it throws a UserError where the fields are no plain data
 * @throws UserError when the name has no slash; another transform of your own with that name is replaced
 */
export function defineTransform<
  Name extends string,
  Fields extends TransformFields,
  Args extends readonly unknown[],
>(definition: TransformDefinition<Name, Fields, Args>): (...args: Args) => Fields & NamedTransform<Name> {
  checkArguments('defineTransform({ name: "mine/name", make, args, draw })', {
    definition: [definition, aDefinition],
  });
  const { name } = definition;
  if (sealed && !name.includes("/")) {
    throw new UserError(
      `A transform of one's own cannot be called ${JSON.stringify(name)}.`,
      `Put a word of yours and a slash before it: ${JSON.stringify(`mine/${name}`)}.`,
    );
  }
  definedTransforms.set(name, definition);
  return (...args) => {
    const fields = definition.make(...args);
    // What goes wrong here would otherwise be seen when an exported learner is loaded.
    if (!isPlain(fields)) {
      throw new UserError(
        `The transform ${JSON.stringify(name)} has fields that a file cannot keep.`,
        "Make its fields of finite numbers, texts, truth values, and lists and objects of them.",
      );
    }
    if (!isDeepStrictEqual(definition.make(...definition.args(fields)), fields)) {
      throw new UserError(
        `The transform ${JSON.stringify(name)} is not made again by the arguments that its \`args\` gives.`,
        "Let `args` return the arguments of `make` in their order, taken from the fields.",
      );
    }
    return { name, ...fields };
  };
}

/** All transforms of the package are defined: the names of others have a slash from now on. */
export function sealTransforms(): void {
  sealed = true;
}

/** Whether JSON keeps it as it is. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null)
    return typeof value === "string" || typeof value === "boolean";
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain && Object.values(value).every(isPlain);
}
