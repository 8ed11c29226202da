import type { Batch } from "../data/Batch.js";
import { imageGrid } from "../data/figures/imageGrid.js";
import { gradCamOf } from "../interpretation/gradCam.js";
import { layerCamOf } from "../interpretation/layerCam.js";
import { overlay } from "../interpretation/heatMap.js";
import { borderArea, shareInBorder } from "../interpretation/borderAttention.js";
import { answerOf, probabilityOf } from "../training/inference/Prediction.js";
import type { InferenceLearner } from "../training/inference/InferenceLearner.js";

/** What the page shows of an image. */
export interface Explanation {
  /** The class, or that the net is uncertain, and between which. */
  readonly answer: string;
  readonly class: string;
  /** Null where images may have several labels, each with its own. */
  readonly probability: number | null;
  /** The class that the heat map speaks of. */
  readonly explained: string;
  /** The probability of each class, by its name. */
  readonly probabilities: readonly (readonly [name: string, probability: number])[];
  /** What the net saw, and below its heat map, as data URLs. */
  readonly image: string;
  readonly heatmap: string;
  /** The share of a finer map (LayerCAM) in the image's border, and that of a map spread evenly. */
  readonly inBorder: number | null;
  readonly evenly: number;
}

/**
 * Predicts a prepared image and draws where the net looked.
 * @param batch of one
 */
export async function explain(learn: InferenceLearner, batch: Batch): Promise<Explanation> {
  const cam = await gradCamOf(learn, batch);
  const { class: name, probabilities } = cam.prediction;
  const share = shareInBorder((await layerCamOf(learn, batch, cam.prediction.label)).map);
  return {
    answer: answerOf(cam.prediction),
    class: name,
    explained: cam.class,
    probability: probabilityOf(cam.prediction) ?? null,
    probabilities: learn.classes.map((each, i) => [each, probabilities[i] ?? NaN] as const),
    image: await picture(cam.pixels, cam.size),
    heatmap: await picture(overlay(cam), cam.size),
    inBorder: Number.isNaN(share) ? null : share,
    evenly: borderArea,
  };
}

async function picture(pixels: Float32Array, size: number): Promise<string> {
  const png = await imageGrid([{ title: "", pixels }], size, 1);
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
