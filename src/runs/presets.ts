import { withFields } from "../core/resultTables.js";
import { UserError } from "../core/errors.js";
import { pretrained } from "../models/weights/pretrained.js";

/** What a run of the notebook is made of; the names are those of its parameters cell. */
export interface Parameters {
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Batch size. */
  readonly bs: number;
  /** Epochs of the head's training, the body frozen; 0: none. */
  readonly epochsFrozen: number;
  /** Epochs of the whole net's training; 0: none. */
  readonly epochsUnfrozen: number;
  /** Decides every random choice. */
  readonly seed: number;
  /** At most so many training images of each class; 0: all. */
  readonly trainPerClass: number;
  /** At most so many validation images of each class; 0: all. */
  readonly validPerClass: number;
  /** The data set's folder; "": look in the usual places. */
  readonly dataDir: string;
  /** The net's name in `models`; its pretrained weights have to be there. */
  readonly model: string;
}

/** The nets that a run can train: those whose pretrained weights the program fetches. */
export const modelNames: readonly string[] = Object.keys(pretrained);

const article: Parameters = {
  size: 299,
  bs: 64,
  epochsFrozen: 8,
  epochsUnfrozen: 10,
  seed: 5,
  trainPerClass: 0,
  validPerClass: 0,
  dataDir: "",
  model: "resnet50",
};

/** The one list of defaults: the article's numbers, and those for a first result on two cores. */
export const presets: {
  /** The article's own numbers. */
  readonly article: Parameters;
  /** A first result on two cores. */
  readonly quick: Parameters;
} = withFields("Presets", {
  article,
  quick: { ...article, size: 112, bs: 16, epochsFrozen: 2, epochsUnfrozen: 1, trainPerClass: 500 },
});

export interface ResolvedParameters {
  readonly parameters: Parameters;
  readonly preset: "article" | "quick" | "custom";
  /** In words, for the person. */
  readonly reason: string;
}

/**
 * Decides which numbers are used.
 *
 * - `none`: the given ones as they stand; `xray run` asks for this after it has decided itself.
 * - `article`, `quick`: the preset's, for every parameter that still has the article's value.
 * - `auto`: `article` where TensorFlow computes on a GPU, else `quick`.
 *
 * @param machine `gpu`: whether the installed engine really computes on one; a driver alone does not count
 * @throws UserError naming the parameter that is out of its range
 */
export function resolveParameters(
  given: Parameters & { readonly preset: string },
  machine: { readonly gpu: boolean },
): ResolvedParameters {
  const { preset, ...parameters } = given;
  if (!presetNames.includes(preset)) {
    throw new UserError(
      `There is no preset ${JSON.stringify(preset)}.`,
      "Choose quick, article, auto, or none for the parameters as they stand.",
    );
  }
  const known: Partial<Parameters> = parameters;
  const missing = Object.keys(article).filter((name) => known[name as keyof Parameters] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `The parameters have no ${missing.join(", ")}.`,
      `Give all of them, such as { ...presets.article, preset: ${JSON.stringify(preset)} }.`,
    );
  }
  check(parameters);
  switch (preset) {
    case "none":
      return { parameters, preset: "custom", reason: "The parameters are taken as they stand." };
    case "article":
    case "quick":
      return { parameters: over(parameters, presets[preset]), preset, reason: "It was asked for." };
    default: {
      const chosen = machine.gpu ? "article" : "quick";
      const reason = machine.gpu
        ? "TensorFlow computes on a GPU, so the article's own numbers are used."
        : "TensorFlow computes on the CPU, so a class-balanced subset, small images and few epochs are used; " +
          'set preset to "article" for the article\'s numbers.';
      return { parameters: over(parameters, presets[chosen]), preset: chosen, reason };
    }
  }
}

const presetNames = ["none", "article", "quick", "auto"];

/** A parameter that was changed by hand stays. */
function over(given: Parameters, preset: Parameters): Parameters {
  const changed = Object.entries(given).filter(
    ([name, value]) => value !== article[name as keyof Parameters],
  );
  return { ...preset, ...Object.fromEntries(changed) };
}

const ranges = {
  size: [32, 2048],
  bs: [2, 4096],
  epochsFrozen: [0, 10_000],
  epochsUnfrozen: [0, 10_000],
  seed: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  trainPerClass: [0, Number.MAX_SAFE_INTEGER],
  validPerClass: [0, Number.MAX_SAFE_INTEGER],
} as const;

function check(parameters: Parameters): void {
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = parameters[name as keyof typeof ranges];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new UserError(`${name} is ${value}.`, `Give a whole number from ${least} to ${most}.`);
    }
  }
  if (parameters.epochsFrozen + parameters.epochsUnfrozen === 0) {
    throw new UserError(
      "epochsFrozen and epochsUnfrozen are both 0: nothing would be trained.",
      "Give at least one of them 1 or more.",
    );
  }
  if (!modelNames.includes(parameters.model)) {
    throw new UserError(
      `There is no net ${JSON.stringify(parameters.model)} with weights that the program fetches.`,
      `Choose one of: ${modelNames.join(", ")}.`,
    );
  }
}
