import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import path from "node:path";
import { prepareImage } from "../data/loading/prepareImage.js";
import { batchTiles, showTiles } from "../data/figures/showImages.js";
import type { Tile } from "../data/figures/imageGrid.js";
import { currentDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import type { TopLoss } from "./TopLoss.js";
import { classIndex } from "../statistics/classIndex.js";
import { type ExplainingLearner, factsOf, gradCamOf } from "./gradCam.js";
import { layerCamOf } from "./layerCam.js";
import { camTiles } from "./heatMap.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import { type ExplainedImage, borderAttention } from "./borderAttention.js";

/** How cases are drawn. */
export interface PlotCasesOptions {
  /**
   * Show beside each image where the net saw what speaks for the actual class (Grad-CAM), and how much of that lies
   * in the border, by the finer cells of `layerCam`. @default false, as in fast.ai from 1.0.57 on
   */
  readonly heatmap?: boolean;
}

const kinds: OptionKinds<PlotCasesOptions> = { heatmap: "boolean" };

/**
 * Shows images of a set below fast.ai's title: prediction / actual / loss / probability of the actual
 * class. Pixels are what the net sees, before they are normalised.
 * @param set what the images are called
 * @throws UserError when an image's file is not known or cannot be decoded
 */
export async function plotCases(
  learn: ExplainingLearner,
  cases: readonly TopLoss[],
  set: string | undefined,
  options: PlotCasesOptions = {},
): Promise<void> {
  checkOptions("plotCases()", options, kinds);
  const { heatmap = false } = options;
  if (cases.length === 0) {
    currentDisplay().text("There is no such image.");
    return;
  }
  const tiles: Tile[] = [];
  const explained: ExplainedImage[] = [];
  const { classes, preparation } = factsOf(learn);
  for (const item of cases) {
    const file = requirePath(item);
    const batch = await prepareImage(file, preparation);
    if (heatmap) {
      const label = classIndex(classes, item.actual);
      const cam = await gradCamOf(learn, batch, label);
      tiles.push(...camTiles(cam, titleOf(item)));
      const { map } = await layerCamOf(learn, batch, label);
      explained.push({ map, name: path.basename(file), actual: item.actual });
    } else {
      tiles.push(...batchTiles(batch, preparation.stats, [titleOf(item)]));
    }
  }
  const images = imagesInWords(cases.length, set);
  currentDisplay().text(`${images}: prediction / actual / loss / probability of the actual class`);
  const perRow = Math.ceil(Math.sqrt(cases.length));
  const what = [set ?? [], "images", heatmap ? "and heat maps" : []].flat().join(" ");
  await showTiles(tiles, preparation.size, what, heatmap ? 2 * Math.min(perRow, 2) : perRow);
  if (heatmap) currentDisplay().table(borderAttention(explained));
}

/** fast.ai's title. */
export const titleOf = ({ predicted, actual, loss, probability }: TopLoss): string =>
  `${predicted} / ${actual} / ${loss.toFixed(2)} / ${probability.toFixed(2)}`;

/** @throws UserError when an item's file is not known */
export function requirePath({ path: file, index }: TopLoss): string {
  if (file !== undefined) return file;
  throw new UserError(
    `The file of item ${index} is not known.`,
    "Make the interpretation with ClassificationInterpretation.fromLearner.",
  );
}
