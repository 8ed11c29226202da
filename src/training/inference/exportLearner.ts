import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { preprocessingOf } from "../../data/loading/prepareImage.js";
import type { ImageDataBunch } from "../../data/ImageDataBunch.js";
import { writeSafetensors } from "../../engine/safetensors.js";
import { checkNumber } from "../../core/checkNumber.js";
import { UserError } from "../../core/errors.js";
import { makeFolder } from "../../core/makeFolder.js";
import type { Cnn } from "../../models/Cnn.js";
import { toTorch } from "../../models/weights/torchLayout.js";
import { valueAt } from "../../core/valueAt.js";
import { classIndex } from "../../statistics/classIndex.js";
import { labelThresholdsOf } from "./labelThresholdsOf.js";
import type { ConformalSets } from "../../statistics/conformalSets.js";
import { checkedThreshold, type DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { ExportedLearner } from "./ExportedLearner.js";
import { requireFiniteWeights, divergedRemedy } from "../../models/requireFiniteWeights.js";

/** What an exported file says of itself; a reader refuses other formats and later versions. */
export const exportFormat = { format: "xray-notebook inference", version: "1" };
/** For images that may have several labels: a program that does not know of them would take the outputs for one class's. */
export const labelsVersion = "2";

/** What an exported learner is given along. */
export interface ExportOptions {
  /**
   * From which probability on a class is predicted, such as `interp.binary().chooseThreshold({ recall: 0.98 })` on images
   * that the net was not trained on. @default none: the most probable class is predicted
   */
  readonly threshold?: DecisionThreshold;
  /**
   * What the net's logits are divided by before they become probabilities, such as `fitTemperature` gives it; a threshold
   * is one for the probabilities that come of it. @default 1
   */
  readonly temperature?: number;
  /**
   * From when on an image may be of a class, as `conformalSets` chooses it on probabilities at the temperature: predictions
   * then say which classes are possible. @default none: a prediction does not say whether it is certain
   */
  readonly conformalSets?: ConformalSets;
  /**
   * Where images may have several labels, from which probability on an image has each, by their names: such as
   * `{ Effusion: 0.3 }`. In (0, 1). @default 0.5
   */
  readonly labelThresholds?: Readonly<Record<string, number>>;
}

const kinds: OptionKinds<ExportOptions> = {
  threshold: "object",
  temperature: "number",
  conformalSets: "object",
  labelThresholds: "object",
};

/** What of a learner is exported. */
export interface Exported {
  readonly arch: string;
  readonly model: Cnn;
  readonly data: ImageDataBunch;
  readonly positiveClass: string | undefined;
}

export function describeLearner(learn: Exported): ExportedLearner {
  const { arch, model, data, positiveClass } = learn;
  const { classes } = data;
  const described = {
    arch,
    body: model.body.spec,
    classes,
    preparation: preprocessingOf(data),
    positiveClass,
  };
  return { ...described, ...labelThresholdsOf(data) };
}

/**
 * Writes one safetensors file with the net's weights, its architecture and classes and what is done to an image
 * before the net sees it; nothing of the training. `loadLearner` reads it.
 * @returns what the file says of the net
 * @throws UserError naming the threshold that is none, an array of the net that is not finite, or the folder or file that cannot be written
 */
export async function exportLearner(
  learn: Exported,
  file: string,
  options: ExportOptions = {},
): Promise<ExportedLearner> {
  checkOptions("export()", options, kinds);
  const threshold = options.threshold && checkedThreshold(options.threshold, learn.data.classes);
  const { temperature, conformalSets } = options;
  if (temperature !== undefined) checkNumber("temperature", temperature, { above: 0 });
  if (conformalSets) requireSetsOf(learn.data.classes, conformalSets);
  const tensors = learn.model.state().map((variable) => toTorch(variable));
  requireFiniteWeights(tensors, "The net cannot be exported", divergedRemedy);
  await makeFolder(path.dirname(file), "Choose another folder: give the learner another `modelDir`.");
  const described = describeLearner(learn);
  // The class that is called by the threshold is the one that this net's numbers speak of.
  const positiveClass = threshold?.positiveClass ?? described.positiveClass;
  const labelThresholds = chosenThresholds(described, options);
  const exported = { ...described, positiveClass, threshold, temperature, conformalSets, labelThresholds };
  const version = labelThresholds ? { version: labelsVersion } : {};
  await writeSafetensors(file, tensors, { ...exportFormat, ...version, learner: JSON.stringify(exported) });
  return exported;
}

/**
 * The thresholds of each label, in the order of the classes; undefined where images are of one class.
 * @throws UserError when there is no such label, a threshold is out of range, or an option goes by an image's one class
 */
function chosenThresholds(
  { classes, labelThresholds }: ExportedLearner,
  options: ExportOptions,
): readonly number[] | undefined {
  const { labelThresholds: given = {} } = options;
  if (!labelThresholds) {
    if (options.labelThresholds === undefined) return undefined;
    throw new UserError(
      "labelThresholds is given, and images are of one class each.",
      "Give a threshold: export(name, { threshold }).",
    );
  }
  const other = (["threshold", "temperature", "conformalSets"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (other !== undefined) {
    throw new UserError(
      `${other} is given, and images may have several labels.`,
      "Give a threshold of each label: labelThresholds.",
    );
  }
  for (const [name, value] of Object.entries(given)) {
    classIndex(classes, name);
    checkNumber(`labelThresholds.${name}`, value, { above: 0, below: 1 });
  }
  // A label may be called "constructor".
  return classes.map((name, k) =>
    Object.hasOwn(given, name) ? (given[name] ?? NaN) : valueAt(labelThresholds, k),
  );
}

function requireSetsOf(classes: readonly string[], sets: ConformalSets): void {
  if (isDeepStrictEqual(sets.classes, classes)) return;
  throw new UserError(
    `The conformal sets are of the classes ${sets.classes.join(", ")}, and the net's are ${classes.join(", ")}.`,
    "Choose them on predictions of this net.",
  );
}
