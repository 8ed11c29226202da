import sharp from "sharp";
import { isDicom, readDicom } from "../data/dicom/readDicom.js";
import { imageGrid } from "../data/imageGrid.js";
import { messageOf, UserError } from "../errors.js";
import { gradCam } from "../interpretation/gradCam.js";
import { overlay } from "../interpretation/heatMap.js";
import { borderArea, shareInBorder } from "../interpretation/whereItLooks.js";
import type { InferenceLearner } from "../training/InferenceLearner.js";
import { Refused } from "./readUpload.js";

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

/** More pixels than any X-ray has: a small file may unpack to gigabytes. */
const mostPixels = 64e6;

/**
 * Predicts an image and draws where the net looked.
 * @throws Refused when it is no image, or has too many pixels
 */
export async function explainUpload(learn: InferenceLearner, bytes: Uint8Array): Promise<Explanation> {
  try {
    const { width, height } = await sizeOf(bytes);
    if (!(width * height <= mostPixels)) {
      throw new Refused(413, `An image may have up to ${mostPixels / 1e6} million pixels.`);
    }
    const cam = await gradCam(learn, bytes);
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
  } catch (error) {
    if (error instanceof Refused) throw error;
    // The first line says what is wrong; the remedy is for those who train.
    if (error instanceof UserError) throw new Refused(415, error.message.split("\n")[0] ?? "");
    throw error;
  }
}

async function sizeOf(bytes: Uint8Array): Promise<{ readonly width: number; readonly height: number }> {
  if (isDicom(bytes)) {
    const { columns, rows } = await readDicom(bytes).catch((error: unknown) => {
      throw new Refused(415, `The DICOM file ${messageOf(error)}.`);
    });
    return { width: columns, height: rows };
  }
  return sharp(bytes)
    .metadata()
    .catch(() => {
      throw new Refused(415, "This is no image that can be read.");
    });
}

async function picture(pixels: Float32Array, size: number): Promise<string> {
  const png = await imageGrid([{ title: "", pixels }], size, 1);
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
