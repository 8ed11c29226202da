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
import type { ConformalSets } from "../../statistics/conformalSets.js";
import { checkedThreshold, type DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { ExportedLearner } from "./ExportedLearner.js";
import { requireFiniteWeights, divergedRemedy } from "../../models/requireFiniteWeights.js";

/** What an exported file says of itself; a reader refuses other formats and later versions. */
export const exportFormat = { format: "xray-notebook inference", version: "1" };

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
}

const kinds: OptionKinds<ExportOptions> = {
  threshold: "object",
  temperature: "number",
  conformalSets: "object",
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
  return { arch, body: model.body.spec, classes, preparation: preprocessingOf(data), positiveClass };
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
  const exported = { ...described, positiveClass, threshold, temperature, conformalSets };
  await writeSafetensors(file, tensors, { ...exportFormat, learner: JSON.stringify(exported) });
  return exported;
}

function requireSetsOf(classes: readonly string[], sets: ConformalSets): void {
  if (isDeepStrictEqual(sets.classes, classes)) return;
  throw new UserError(
    `The conformal sets are of the classes ${sets.classes.join(", ")}, and the net's are ${classes.join(", ")}.`,
    "Choose them on predictions of this net.",
  );
}
