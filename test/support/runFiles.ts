import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunData, RunSettings, SplitData } from "../../src/runs/RunData.js";
import { crossEntropyOfProbabilities } from "../../src/statistics/crossEntropy.js";
import { type StoredPredictions, writePredictions } from "../../src/runs/predictionsFile.js";
import type { RunMetrics } from "../../src/runs/RunMetrics.js";
import { matrixMetrics } from "../../src/interpretation/matrixMetrics.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";

/** How the runs of these tests were made. */
export const settings: RunSettings = {
  ...{ model: "resnet50", size: 32, bs: 4, epochsFrozen: 1, epochsUnfrozen: 1 },
  ...{ trainPerClass: 0, validPerClass: 0, protocol: "replica" },
};

/** Data of cats and dogs, whose hash is a digit again and again. */
export function catsAndDogs({ train = "1", valid = "2", folder = "/pictures/pets" } = {}): RunData {
  const split = (name: string, digit: string, images: number): SplitData => {
    const files = { images, hash: digit.repeat(64) };
    return { ...files, folder: name, classes: { cat: images / 2, dog: images / 2 }, available: files };
  };
  const name = path.basename(folder);
  return {
    ...{ source: "other", folder, name },
    ...{ train: split("train", train, 16), valid: split("test", valid, 8) },
  };
}

/** Eight test images, the last four of them dogs, with the probability of a dog that a run gave to each. */
export function predictionsOf(
  dogs: readonly number[],
  {
    seed = 1,
    classes = ["cat", "dog"],
    dataset = catsAndDogs(),
    ...run
  }: Partial<Omit<StoredPredictions, "preds">> & { readonly classes?: readonly string[] } = {},
): StoredPredictions {
  const probs = Float32Array.from(dogs.flatMap((p) => [1 - p, p]));
  const y = Int32Array.from(dogs, (_, i) => (i < 4 ? 0 : 1));
  const paths = dogs.map((_, i) => `test/${classes[i < 4 ? 0 : 1] ?? ""}/image-${i}.png`);
  const losses = crossEntropyOfProbabilities(probs, y);
  return { seed, settings, dataset, paths, ...run, preds: { classes, y, probs, losses } };
}

const oneWrong = [
  [3, 1],
  [0, 4],
];
/** The numbers of a run whose net took one of eight images for another class. */
export const metrics: RunMetrics = {
  ...settings,
  ...matrixMetrics(oneWrong, ["cat", "dog"], "dog"),
  classes: ["cat", "dog"],
  ...{ trainSize: 16, validSize: 8, seed: 1, dataset: catsAndDogs(), device: "cpu" },
  history: [{ phase: "frozen", epoch: 0, trainLoss: 0.7, validLoss: null, error_rate: 0.125 }],
  versions: { node: "20.19.0" },
  seconds: { frozen: 1, epochs: [1] },
};

/** The numbers of a run with these predictions. */
export function metricsOf({
  preds,
  seed,
  dataset,
  settings: made = settings,
}: StoredPredictions): RunMetrics {
  const { classes } = preds;
  const computed = ClassificationInterpretation.fromPredictions(preds).metrics();
  return {
    ...metrics,
    ...computed,
    ...made,
    classes,
    validSize: preds.y.length,
    seed,
    dataset: dataset ?? "real",
  };
}

/** Writes a run's `metrics.json` and `predictions.json`. */
export async function writeRun(
  folder: string,
  predictions: StoredPredictions,
  numbers: RunMetrics = metricsOf(predictions),
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await writePredictions(path.join(folder, "predictions.json"), predictions);
  writeFileSync(path.join(folder, "metrics.json"), JSON.stringify(numbers));
  return folder;
}
