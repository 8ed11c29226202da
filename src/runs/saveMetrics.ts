import { aLearner } from "../training/argumentKinds.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import path from "node:path";
import { describeData } from "./describeData.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import type { ImageDataset } from "../data/ImageDataset.js";
import type { HeldOutChoices } from "./heldOut/HeldOutChoices.js";
import { currentDisplay } from "../core/Display.js";
import { usesGpu } from "../engine/operations/binding.js";
import { versions } from "../engine/versions.js";
import { shownPath } from "../core/shownPath.js";
import { gitCommit } from "./gitCommit.js";
import type { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { writePredictions } from "./predictionsFile.js";
import { makeFolder } from "../core/makeFolder.js";
import type { Parameters } from "./presets.js";
import { writeMetrics } from "./metricsFile.js";
import { type CardedRun, cardResults, testApart } from "./cardResults.js";
import { settingsOf } from "./RunData.js";
import { readStartedRun } from "./StartedRun.js";
import { runDirectory } from "../core/runDirectory.js";
import { noteSession } from "../core/session.js";
import { addToCards } from "../training/card/exportCards.js";
import { weightsHash } from "../training/card/weightsHash.js";
import type { Learner } from "../training/Learner.js";

/** What a run was made of. */
export interface SaveMetricsOptions {
  /**
   * What `findDataset` gave, whose folders the learner's data were made of. @default the folder of the learner's data, of
   * which training and validation images are parts
   */
  readonly dataset?: Pick<FoundDataset, "path" | "train" | "valid">;
  /** The run's numbers, as `chooseParameters` gave them. */
  readonly parameters: Parameters;
  /** What was chosen on held-out images, where some were held out. @default the learner's validation images are judged on */
  readonly choices?: HeldOutChoices;
}

const kinds: OptionKinds<SaveMetricsOptions> = {
  dataset: "object",
  parameters: "object",
  choices: "object",
};

const anInterpretation = having("an interpretation", "preds", "metrics");

/**
 * Writes `metrics.json` and `predictions.json` into the run's folder: every number of the run and every test image's
 * probabilities, for programs, and which images those are. Two runs with the same seed on the same machine differ in
 * nothing but `seconds`. The numbers also go into the model card of what the learner is exported to with the same weights,
 * before or after.
 * @param interp of the validation images, or of the test images that `choices` has opened
 * @throws UserError when it cannot be written, or an image is not there any more
 */
export async function saveMetrics(
  learn: Learner<ImageDataBunch>,
  interp: ClassificationInterpretation,
  options: SaveMetricsOptions,
): Promise<void> {
  checkArguments("saveMetrics(learn, interp, { dataset, parameters })", {
    learn: [learn, aLearner],
    interp: [interp, anInterpretation],
    options: [options, having("{ dataset, parameters }", "parameters")],
  });
  checkOptions("saveMetrics()", options, kinds);
  const { parameters, choices } = options;
  const { data } = learn;
  const { dataset = { path: path.resolve(data.path), train: ".", valid: "." } } = options;
  const { seed } = parameters;
  // A notebook of a person's own, or one that is open in JupyterLab, may judge its net in any way.
  const started = await readStartedRun(runDirectory());
  const protocol = choices ? "held-out" : (started?.protocol ?? null);
  const settings = settingsOf({ ...parameters, protocol });
  const [validDs, heldOutDs] = choices ? [choices.testDs, choices.heldOutDs] : [data.validDs];
  const { path: root } = dataset;
  const tuningDs = heldOutDs && heldOutDs !== data.validDs ? data.validDs : undefined;
  const { trainDs } = data;
  const images = describeData({ path: root, trainDs, validDs, heldOutDs, tuningDs }, dataset);
  const pathsOf = ({ items }: ImageDataset) => items.map((item) => path.relative(root, item.path));
  const file = path.join(runDirectory(), "metrics.json");
  await makeFolder(runDirectory(), "The run's folder must be one that can be written to.");
  await noteSession();
  await writePredictions(path.join(runDirectory(), "predictions.json"), {
    seed,
    settings,
    dataset: images,
    paths: pathsOf(validDs),
    preds: { ...interp.preds, positiveClass: interp.positiveClass },
    choices: choices?.choices,
    heldOut: choices && { preds: choices.heldOut.preds, paths: pathsOf(choices.heldOutDs) },
  });
  const metrics: CardedRun = {
    ...interp.metrics(),
    ...(interp.preds.groupNoun && { groupNoun: interp.preds.groupNoun }),
    evaluation: interp.evaluation(choices?.choices.threshold),
    classes: data.classes,
    trainSize: data.trainDs.length,
    validSize: validDs.length,
    ...settings,
    seed,
    dataset: images,
    ...(data.warnings.length > 0 && { warnings: data.warnings }),
    ...(choices && { choices: choices.choices }),
    history: learn.history.map(({ phase, epoch, trainLoss, validLoss, metrics }) => ({
      phase,
      epoch,
      trainLoss,
      validLoss,
      ...Object.fromEntries(learn.metrics.map(({ name }, i) => [name, metrics[i]])),
    })),
    interruptions: learn.interruptions,
    device: usesGpu() ? "gpu" : "cpu",
    versions: versions(),
    commit: gitCommit(),
    seconds: {
      data: data.secondsToLoad,
      ...secondsOf(learn.timings),
      epochs: learn.history.map(({ seconds }) => seconds),
    },
  };
  await writeMetrics(file, metrics);
  const apart = choices && testApart(data, choices.testDs);
  await addToCards(learn, cardResults(metrics, weightsHash(learn.model), apart));
  currentDisplay().text(`The numbers are in ${shownPath(file)}.`);
}

/** The sum for each stage: a notebook may fit twice in one. */
export function secondsOf(timings: Learner["timings"]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { what, seconds } of timings) sums[what] = (sums[what] ?? 0) + seconds;
  return sums;
}
