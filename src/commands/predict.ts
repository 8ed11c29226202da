import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { imageFiles } from "../data/labels/imageFolder.js";
import { imageGrid } from "../data/figures/imageGrid.js";
import { LeftOut } from "../data/labels/LeftOut.js";
import { messageOf, UserError } from "../core/errors.js";
import { gradCam } from "../interpretation/gradCam.js";
import { camTiles } from "../interpretation/heatMap.js";
import { valueAt } from "../core/valueAt.js";
import { makeFolder } from "../core/makeFolder.js";
import { decisionInWords, thresholdInWords } from "../statistics/DecisionThreshold.js";
import {
  answerOf,
  type Prediction,
  predictionInWords,
  probabilityOf,
} from "../training/inference/Prediction.js";
import type { InferenceLearner } from "../training/inference/InferenceLearner.js";
import { loadLearner } from "../training/inference/loadLearner.js";
import { exportedModel } from "./exportedModel.js";
import { predictInto } from "./predictInto.js";

export interface PredictOptions {
  /** As `exportedModel` takes it. */
  readonly model: string;
  /** Draw a heat map of each image, into this folder; true: into `heatmaps` beside the model's file. @default none */
  readonly heatmaps?: string | true;
  /** Print one JSON array, for programs. @default false */
  readonly json?: boolean;
  /** Write a row for each image to this file, `.csv`, `.jsonl` or `.parquet`, in place of printing them. @default none */
  readonly out?: string;
  /** Only one of so many parts of the images, such as "2/4": the sorted list is cut into parts of the same length. @default all */
  readonly shard?: string;
  /** As {@link PredictIntoOptions}; both want `out`. */
  readonly take?: readonly string[];
  readonly allowUnreadable?: boolean;
}

/** What is printed of an image. */
interface Predicted {
  readonly path: string;
  /** By the threshold, if the learner was exported with one. */
  readonly class: string;
  /** The probability of that class, in 0..1; not there where images may have several labels. */
  readonly probability?: number | undefined;
  /** Where images may have several labels, those that it has. */
  readonly labels?: readonly string[] | undefined;
  /** The probability of each class, by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** By what the class is called. */
  readonly rule: string;
  /** The classes that it may be of, where the learner was exported with conformal sets. */
  readonly possible?: readonly string[];
  /** Whether the class is not the only possible one, where the learner was exported with conformal sets. */
  readonly uncertain?: boolean;
  /** The PNG with the image and, beside it, its heat map, if heat maps were asked for. */
  readonly heatmap?: string;
}

/**
 * `xray predict IMAGE...`: the class of each image, and where the net saw it, if that is asked for. An image that cannot be
 * read is told on standard error, the others are predicted all the same, and the exit code is 1. What lies in a folder
 * and is no image is told there in one sentence.
 * @throws UserError when there is no such model, or no image
 */
export async function predict(images: readonly string[], options: PredictOptions): Promise<void> {
  const { json = false } = options;
  const model = exportedModel(options.model);
  const all = images.flatMap(imagesAt);
  if (all.length === 0) throw new UserError("There are no images to predict.", "Name images.");
  const { heatmaps, out, shard, take, allowUnreadable } = options;
  const paths = shard === undefined ? all : shardOf(all, shard);
  if (out !== undefined) {
    if (heatmaps !== undefined || json) {
      throw new UserError(
        "--out goes with neither --heatmaps nor --json.",
        "Give the command twice, or name the file with --out alone.",
      );
    }
    await predictInto(out, paths, model, { take, allowUnreadable });
    return;
  }
  const wanting = Object.entries({ take, "allow-unreadable": allowUnreadable }).find(
    ([, value]) => value !== undefined,
  );
  if (wanting) throw new UserError(`--${wanting[0]} goes with --out alone.`, "Name a file with --out.");
  const folder = heatmaps === true ? path.join(path.dirname(model), "heatmaps") : heatmaps;
  const learn = await loadLearner(model);
  const predicted: Predicted[] = [];
  try {
    if (folder !== undefined) await makeFolder(folder, "Name another folder with --heatmaps.");
    for (const [i, image] of paths.entries()) {
      try {
        // Images of one name may come from several folders.
        const name = `${String(i + 1).padStart(4, "0")}-${path.parse(image).name}.png`;
        const explained =
          folder === undefined
            ? { prediction: await learn.predict(image) }
            : await explain(learn, image, path.join(folder, name));
        predicted.push(entryOf(learn, image, explained));
        if (!json) console.log(describe(learn, image, explained));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        console.error(error.problem);
        process.exitCode = 1;
      }
    }
  } finally {
    learn.dispose();
  }
  if (json) console.log(JSON.stringify(predicted, null, 2));
}

/**
 * The part of the images that a shard is to predict, in their order.
 * @param shard such as "2/4", the second of four parts
 * @throws UserError when it is no such text
 */
export function shardOf(images: readonly string[], shard: string): string[] {
  const [, part = NaN, parts = NaN] = (/^(\d{1,6})\/(\d{1,6})$/.exec(shard) ?? []).map(Number);
  if (!(part >= 1 && part <= parts)) {
    throw new UserError(
      `The shard is ${JSON.stringify(shard)}.`,
      "Give the number of the part and how many there are, such as --shard 2/4.",
    );
  }
  const sorted = [...new Set(images)].sort();
  const begin = (k: number) => Math.floor((k * sorted.length) / parts);
  return sorted.slice(begin(part - 1), begin(part));
}

/** What the net says of an image, and the file that shows where it looked, if there is one. */
interface Explained {
  readonly prediction: Prediction;
  readonly heatmap?: string;
}

async function explain(learn: InferenceLearner, image: string, heatmap: string): Promise<Explained> {
  const cam = await gradCam(learn, image);
  const { prediction } = cam;
  const ofMap = valueAt(prediction.probabilities, learn.classes.indexOf(cam.class));
  const tiles = camTiles(cam, `${cam.class} ${ofMap.toFixed(3)}`);
  await writeFile(heatmap, await imageGrid(tiles, cam.size, 2)).catch((cause: unknown) => {
    throw new UserError(`${heatmap} was not written: ${messageOf(cause)}`, "Name another folder.", { cause });
  });
  return { prediction, heatmap };
}

function entryOf(learn: InferenceLearner, image: string, { prediction, heatmap }: Explained): Predicted {
  const { class: name, probabilities, possible, uncertain } = prediction;
  return {
    path: image,
    class: name,
    probability: probabilityOf(prediction),
    heatmap,
    probabilities: Object.fromEntries(learn.classes.map((each, i) => [each, probabilities[i] ?? NaN])),
    rule: decisionInWords(learn.classes, learn),
    ...{ possible, uncertain, labels: prediction.labels },
  };
}

/** Such as "a.png: PNEUMONIA, probability 0.912 (threshold 0.5)"; a doubt stands before the class. */
function describe(learn: InferenceLearner, image: string, { prediction, heatmap }: Explained): string {
  const rule = thresholdInWords(learn.classes, learn);
  const doubt = prediction.uncertain === true ? `${answerOf(prediction)}; predicted: ` : "";
  const drawn = heatmap === undefined ? "" : `; heat map ${heatmap}`;
  return `${image}: ${doubt}${predictionInWords(prediction, learn.classes)} (${rule})${drawn}`;
}

/** The images of a folder, or the one that is named; whether it can be read is seen later. */
function imagesAt(place: string): string[] {
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) return [place];
  const leftOut = new LeftOut();
  const found = imageFiles(place, { leftOut });
  const words = [leftOut.inWords(place)].filter((sentence) => sentence !== "");
  if (found.length === 0) {
    words.unshift(`${place} holds no images.`);
    process.exitCode = 1;
  }
  if (words.length > 0) console.error(words.join(" "));
  return found;
}
