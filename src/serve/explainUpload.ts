import { BadImage, type BadImageKind } from "../data/BadImage.js";
import { decodeBytes } from "../data/decodeImage.js";
import { imageGrid } from "../data/imageGrid.js";
import { preparePixels } from "../data/prepareImage.js";
import { gradCamOf } from "../interpretation/gradCam.js";
import { overlay } from "../interpretation/heatMap.js";
import { borderArea, shareInBorder } from "../interpretation/whereItLooks.js";
import type { InferenceLearner } from "../training/InferenceLearner.js";
import { Refused } from "./Refused.js";

/** What the page shows of an image. */
export interface Explanation {
  readonly class: string;
  readonly probability: number;
  /** Of each class, by its name. */
  readonly probabilities: readonly (readonly [name: string, probability: number])[];
  /** What the net saw, and below its heat map, as data URLs. */
  readonly image: string;
  readonly heatmap: string;
  /** The share of the heat map in the image's border, and that of a map spread evenly. */
  readonly inBorder: number | null;
  readonly evenly: number;
}

/** What is wrong with an image, in HTTP's numbers. */
const statuses: Readonly<Record<BadImageKind, number>> = { unreadable: 415, tooLarge: 413, timeout: 422 };

/**
 * Predicts an image and draws where the net looked.
 * @param decodeSeconds that decoding it may take
 * @param signal nobody waits for the result any more
 * @throws Refused when it is no image that can be read, has too many pixels, or takes too long
 */
export async function explainUpload(
  learn: InferenceLearner,
  bytes: Buffer,
  { decodeSeconds, signal }: { readonly decodeSeconds: number; readonly signal: AbortSignal },
): Promise<Explanation> {
  const pixels = await decodeBytes(bytes, "The image", decodeSeconds).catch((error: unknown) => {
    // The reason says what is wrong; the remedy is for those who train.
    throw error instanceof BadImage ? new Refused(statuses[error.kind], `The image ${error.reason}.`) : error;
  });
  signal.throwIfAborted();
  const batch = await preparePixels(pixels, learn.preparation);
  signal.throwIfAborted();
  const cam = await gradCamOf(learn, batch);
  const { class: name, label, probabilities } = cam.prediction;
  const share = shareInBorder(cam.map);
  return {
    class: name,
    probability: probabilities[label] ?? NaN,
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
