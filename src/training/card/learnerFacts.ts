import path from "node:path";
import { classCountsInWords } from "../../core/classCounts.js";
import { listed } from "../../core/listed.js";
import { percent } from "../../core/percent.js";
import { shortNumber } from "../../core/shortNumber.js";
import type { ImageDataBunch } from "../../data/ImageDataBunch.js";
import type { ImageDataset } from "../../data/ImageDataset.js";
import type { Transform } from "../../data/transforms/Transform.js";
import { usesGpu } from "../../engine/operations/binding.js";
import { versions } from "../../engine/versions.js";
import type { Cnn } from "../../models/Cnn.js";
import { conformalSetsInWords } from "../../statistics/conformalSets.js";
import { decisionSentence } from "../../statistics/DecisionThreshold.js";
import { lossOf } from "../losses/lossOf.js";
import type { ExportedLearner } from "../inference/ExportedLearner.js";
import type { LearnerOptions } from "../LearnerOptions.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import type { TrainedFit } from "../TrainedFit.js";
import type { TrainedStage } from "../TrainedStage.js";
import { notMedical } from "../../core/notMedical.js";
import type { CardFacts } from "./CardFacts.js";
import { namesInText } from "../../core/nameInText.js";

/** What of a learner its card tells. */
export interface CardLearner {
  readonly arch: string;
  readonly model: Cnn;
  readonly data: ImageDataBunch;
  readonly stages: readonly TrainedStage[];
  readonly fits: readonly TrainedFit[];
  /** The checkpoint that was loaded before anything was trained; undefined: none was. */
  readonly startedFrom: string | undefined;
  readonly optimizer: Optimizer;
  readonly options: LearnerOptions;
}

/** What a learner knows of an exported net without a run's numbers. */
export function learnerFacts(learn: CardLearner, exported: ExportedLearner): CardFacts {
  const { model, data, options } = learn;
  const { classes, arch, temperature, conformalSets, labelThresholds } = exported;
  const { heldOutDs } = data;
  return {
    purpose: labelThresholds
      ? `A net that says which of ${classes.length} labels an image has: ${namesInText(classes)}.`
      : `A net that tells ${classes.length} classes of images apart: ${namesInText(classes)}.`,
    architecture: architectureInWords(arch, model, exported),
    ...initialWeights(learn),
    data: `The folder ${path.basename(data.path)}.`,
    images: `Images: ${setsOf(data)
      .map(([name, set]) => `${name} ${countsInWords(set)}`)
      .join("; ")}.`,
    ...patientFacts(data),
    ...(data.loadedBy.how !== undefined && { split: `The images were divided ${data.loadedBy.how}.` }),
    subsets: subsetsInWords(data),
    unreadable:
      "Every file was decoded before anything was trained; one that cannot be read " +
      (data.loadedBy.onBadImage === "skip" ? "was left out, with a message." : "would have stopped it."),
    preprocessing: preparationInWords(exported),
    augmentation: transformsInWords(data.dsTfms.train),
    ...(learn.fits.length > 0 && {
      training: trainingInWords(learn),
      selection: learn.stages.map(stageInWords).join(" "),
    }),
    imbalance:
      data.loadedBy.sampler === "weighted"
        ? "Training images were drawn with weights, so that each class was equally likely."
        : `Each training image was drawn once an epoch. The loss is the ${lossInWords(learn)}.`,
    decision: `${decisionSentence(classes, exported)}.`,
    calibration:
      temperature === undefined || temperature === 1
        ? "The net's probabilities are as it gives them: no temperature is applied."
        : `Logits are divided by a temperature of ${shortNumber(temperature, 4)} before they become probabilities.`,
    uncertainty: conformalSets
      ? `Conformal sets say of each image which classes it may be of, so that of each class's images ${percent(conformalSets.level)} ` +
        `keep it: ${conformalSetsInWords(conformalSets)}.`
      : "An answer does not say whether it is certain: no conformal sets were chosen.",
    seed: `Seeds: ${data.seed} for the data, ${options.seed ?? data.seed} for the net.`,
    software: softwareInWords(),
    ensemble: "No ensemble: one net answers.",
    explanation: "`npx xray predict IMAGE --heatmaps` draws a Grad-CAM heat map of each answer.",
    use: "`npx xray predict IMAGE --model FILE`, or `loadLearner` of the package xray-notebook; the weights are plain safetensors.",
    badInput:
      "A file that cannot be decoded, or is no image, is refused with its reason. " +
      (labelThresholds
        ? "An image of anything else gets a probability for each label all the same."
        : "An image of anything else gets one of the classes all the same."),
    limits: `What it gives for images unlike those it was trained on is not known.${heldOutDs ? "" : " No images were held out to choose thresholds on."}`,
  };
}

function setsOf({ trainDs, validDs, heldOutDs }: ImageDataBunch): (readonly [string, ImageDataset])[] {
  const sets = [["training", trainDs] as const, ["validation", validDs] as const];
  return heldOutDs ? [...sets, ["held out", heldOutDs] as const] : sets;
}

/** Such as "16 (8 cat, 8 dog)". */
const countsInWords = (set: ImageDataset): string => {
  const unknown = set.unknownCounts();
  const notKnown = set.classes.flatMap((name, k) =>
    (unknown[k] ?? 0) > 0 ? [`${name} of ${unknown[k] ?? 0}`] : [],
  );
  const known = classCountsInWords(set.classes, set.counts());
  return `${set.length} (${known}${notKnown.length === 0 ? "" : `; not known: ${notKnown.join(", ")}`})`;
};

function architectureInWords(arch: string, model: Cnn, { classes, preparation }: ExportedLearner): string {
  const parameters = model.groupParameters().flat();
  const weights = parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
    0,
  );
  const { size } = preparation;
  return (
    `Deep learning: the convolutional net ${arch} with ${weights.toLocaleString("en")} weights, its head as fast.ai's (average ` +
    `and maximum pooling, batch norms, dropout, two linear layers). In: an RGB image of ${size} x ${size} pixels. ` +
    `Out: a probability for each of the ${classes.length} classes.`
  );
}

function initialWeights({ model, startedFrom }: CardLearner): Pick<CardFacts, "initialWeights"> {
  const { weights } = model.body;
  if (startedFrom !== undefined) return { initialWeights: `Those of the checkpoint ${startedFrom}.` };
  if (weights === undefined) return {};
  return { initialWeights: `The body's: ${weights.source}. The head's were drawn at random.` };
}

/** Nothing where it is not known of every image. */
function patientFacts(data: ImageDataBunch): Pick<CardFacts, "caution" | "patients" | "disjoint"> {
  const sets = setsOf(data).map(([name, { items, length }]) => {
    const known = items.flatMap(({ patient }) => patient ?? []);
    return { name, patients: new Set(known), complete: known.length === length };
  });
  if (!sets.every(({ complete }) => complete)) return {};
  const shared = sets.flatMap((a, i) =>
    sets.slice(i + 1).flatMap((b) => {
      const both = [...a.patients].filter((patient) => b.patients.has(patient)).length;
      return both === 0 ? [] : [`${both} are in ${a.name} and in ${b.name}`];
    }),
  );
  const { groupNoun = "patient" } = data.trainDs;
  const [one, many] = groupNoun === "patient" ? ["patient", "Patients"] : ["group of images", "Groups"];
  return {
    ...(groupNoun === "patient" && { caution: notMedical }),
    patients: `${many}: ${sets.map(({ name, patients }) => `${name} ${patients.size}`).join("; ")}.`,
    disjoint:
      shared.length === 0
        ? `No ${one} has images in two of these sets: ${sets.map(({ name }) => name).join(", ")}.`
        : `${many} have images in two sets: ${shared.join(", ")}. Numbers look better than they are.`,
  };
}

function subsetsInWords({ loadedBy: { trainPerClass, validPerClass, leftOut } }: ImageDataBunch): string {
  const drawn = [
    ...(trainPerClass > 0 ? [`at most ${trainPerClass} training images of each class`] : []),
    ...(validPerClass > 0 ? [`at most ${validPerClass} validation images of each class`] : []),
  ];
  if (drawn.length > 0) return [`Drawn at random: ${drawn.join(", ")}.`, ...leftOut].join(" ");
  if (leftOut.length > 0) return ["No subset was drawn.", ...leftOut].join(" ");
  return "No subset was drawn: all images that were found were taken.";
}

const resizing = {
  crop: "the shorter side is resized, and the middle cut out of the longer one",
  pad: "the longer side is resized, and the rest of the square filled up",
  squish: "both sides are resized",
} as const;

function preparationInWords({ preparation }: ExportedLearner): string {
  const {
    size,
    resizeMethod = "crop",
    paddingMode = "reflection",
    applyExifOrientation,
    stats,
  } = preparation;
  const others = preparation.transforms.filter(({ name }) => name !== "cropPad");
  return (
    `Images are read as RGB in 0..1 and brought to ${size} x ${size} pixels: ${resizing[resizeMethod]} (beyond the edges: ${paddingMode}). ` +
    (applyExifOrientation === true ? "Photographs are turned by their EXIF orientation. " : "") +
    (others.length > 0 ? `Transforms: ${others.map(transformInWords).join("; ")}. ` : "") +
    (stats
      ? `Normalised by mean ${stats.mean.join(", ")} and standard deviation ${stats.std.join(", ")}.`
      : "Not normalised.")
  );
}

const transformsInWords = (transforms: readonly Transform[]): string =>
  transforms.length === 0
    ? "Training images are not augmented."
    : `Training images are augmented anew for each image and epoch: ${transforms.map(transformInWords).join("; ")}.`;

/** Its name and its numbers. */
function transformInWords({ name, ...fields }: Transform): string {
  const numbers = Object.entries(fields).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return [name, ...numbers].join(" ");
}

const lossInWords = ({ options, data }: Pick<CardLearner, "options" | "data">): string =>
  lossOf(data, options.lossFunc).inWords;

function trainingInWords({ fits, optimizer, options, data }: CardLearner): string {
  const { mixUp, clipGrad, gradientAccumulation, trainBn = true } = options;
  const extras = [
    ...(mixUp === undefined ? [] : [`MixUp ${mixUp}`]),
    ...(clipGrad === undefined ? [] : [`gradients clipped at ${clipGrad}`]),
    ...(gradientAccumulation === undefined ? [] : [`steps over ${gradientAccumulation} batches`]),
    ...(trainBn ? [] : ["batch norms of frozen layers not trained"]),
  ];
  const how = [
    `${optimizer.constructor.name}, weight decay ${optimizer.wd}`,
    lossInWords({ options, data }),
    ...extras,
  ];
  return `${fits.map(fitInWords).join(" ")} ${how.join("; ")}.`;
}

function fitInWords({ phase, epochs, images, bs, size, lr, callbacks }: TrainedFit): string {
  const what = phase === "frozen" ? "With some layers frozen" : "All layers";
  const pixels = size === undefined ? "" : ` of ${size} x ${size} pixels`;
  const rates =
    lr.first === lr.highest && lr.last === lr.highest
      ? `at ${shortNumber(lr.first)}`
      : `from ${shortNumber(lr.first)} over ${shortNumber(lr.highest)} to ${shortNumber(lr.last)}`;
  const by = callbacks.length === 0 ? "" : `, with ${listed(callbacks)}`;
  return (
    `${what}: ${epochs} ${epochs === 1 ? "epoch" : "epochs"} of ${images} images${pixels} in batches of ${bs}, the last layer ` +
    `group's learning rate ${rates}${by}.`
  );
}

function stageInWords({ phase, rows, kept }: TrainedStage): string {
  const stage = `Of the ${phase} stage`;
  if (kept === undefined) return `${stage} it is not known which of the ${rows.length} epochs the net is of.`;
  const losses = rows.map(({ validLoss }) => validLoss ?? NaN);
  const own = losses[kept] ?? NaN;
  const why = losses.every((loss) => own <= loss)
    ? ", the one with the lowest loss on the validation images"
    : kept === rows.length - 1
      ? ", the last one"
      : "";
  const loss = Number.isFinite(own) ? ` (validation loss ${shortNumber(own, 4)})` : "";
  return `${stage} the net of epoch ${kept + 1} of ${rows.length} was taken${why}${loss}.`;
}

function softwareInWords(): string {
  const all = Object.entries(versions()).map(([name, version]) => `${name} ${version}`);
  return `${all.join(", ")}, on a ${usesGpu() ? "GPU" : "CPU"}.`;
}
