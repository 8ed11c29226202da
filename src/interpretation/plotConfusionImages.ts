import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import path from "node:path";
import sharp from "sharp";
import { checkInteger } from "../core/checkNumber.js";
import { currentDisplay, type PictureCell } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import { batchTiles } from "../data/figures/showImages.js";
import { bytesOfPixels } from "../data/figures/imageGrid.js";
import { prepareImage } from "../data/loading/prepareImage.js";
import { blues } from "./confusionMatrixFigure.js";
import { type ExplainingLearner, factsOf } from "./gradCam.js";
import { requirePath } from "./plotCases.js";
import type { TopLoss } from "./TopLoss.js";
import { nameInText } from "../core/nameInText.js";

/** Which images lie behind the cells. */
export interface PlotConfusionImagesOptions {
  /** Images of a cell at most: those with the highest loss. Fewer where all cells together had too many. @default 60 */
  readonly k?: number;
}

const kinds: OptionKinds<PlotConfusionImagesOptions> = { k: "number" };

/** A page with more pictures than this would be slow, and too large to be sent. */
const maxPictures = 600;

/** Side of a picture, in pixels. */
const side = 160;

/** At once; decoding waits for the disk. */
const atOnce = 8;

/**
 * Shows the confusion matrix as a table: choosing a cell shows its images, the worst first, with file name and
 * probability. It works in a report too, where no program runs.
 * @param items every item, the highest loss first
 * @param title stands above the table
 * @throws UserError when `k` is no whole number from 1 on, or an image is not there any more
 */
export async function plotConfusionImages(
  learn: ExplainingLearner,
  items: readonly TopLoss[],
  title: string,
  options: PlotConfusionImagesOptions = {},
): Promise<void> {
  checkOptions("plotConfusionImages()", options, kinds);
  const { k = 60 } = options;
  checkInteger("k", k, 1);
  const { classes } = factsOf(learn);
  const cells = classes.map((actual) =>
    classes.map((predicted) =>
      items.filter((item) => item.actual === actual && item.predicted === predicted),
    ),
  );
  const most = mostOfEach(
    cells.flat().map(({ length }) => length),
    k,
  );
  const largest = Math.max(1, ...cells.flat().map(({ length }) => length));
  const shown = cells.flatMap((row) => row.flatMap((cell) => cell.slice(0, most)));
  const progress = currentDisplay().taskProgress("pictures", shown.length);
  const pictures = new Map<TopLoss, Uint8Array>();
  for (let from = 0; from < shown.length; from += atOnce) {
    const some = shown.slice(from, from + atOnce);
    const drawn = await Promise.all(some.map((item) => pictureOf(learn, item)));
    some.forEach((item, i) => pictures.set(item, valueAt(drawn, i)));
    progress.update(pictures.size);
  }
  progress.end();
  const cellOf = (cell: readonly TopLoss[], actual: string, predicted: string): PictureCell => {
    const shade = Math.round((cell.length / largest) * (blues.length - 1));
    return {
      text: String(cell.length),
      background: valueAt(blues, shade),
      color: shade >= 6 ? "#ffffff" : "#000000",
      label: `Actual ${nameInText(actual)}, predicted ${nameInText(predicted)}: ${cell.length} ${cell.length === 1 ? "image" : "images"}`,
      note: cell.length > most ? `The ${most} with the highest loss` : undefined,
      pictures: cell.slice(0, most).map((item) => ({
        jpeg: pictures.get(item) ?? new Uint8Array(),
        caption: [
          path.basename(requirePath(item)),
          `${item.probability.toFixed(4)} for ${nameInText(actual)}`,
        ],
      })),
    };
  };
  currentDisplay().pictureTable({
    caption: `${title}. Choose a cell to see its images, those with the highest loss first`,
    rowsTitle: "Actual",
    columnsTitle: "Predicted",
    rows: classes,
    columns: classes,
    cells: cells.map((row, i) =>
      row.map((cell, j) => cellOf(cell, valueAt(classes, i), valueAt(classes, j))),
    ),
  });
}

/** The most images of a cell, at most `k`, so that all cells together have few enough; at least one. */
function mostOfEach(counts: readonly number[], k: number): number {
  const total = (most: number) => counts.reduce((sum, count) => sum + Math.min(count, most), 0);
  let most = Math.min(k, Math.max(1, ...counts));
  while (most > 1 && total(most) > maxPictures) most--;
  return most;
}

/** An image as the net sees it, before it is normalised, as JPEG. */
async function pictureOf(learn: ExplainingLearner, item: TopLoss): Promise<Uint8Array> {
  const { preparation } = factsOf(learn);
  const batch = await prepareImage(requirePath(item), preparation);
  const { size, stats } = preparation;
  const { pixels } = valueAt(batchTiles(batch, stats, [""]), 0);
  const raw = { width: size, height: size, channels: 3 } as const;
  return sharp(bytesOfPixels(pixels), { raw }).resize(side, side).jpeg({ quality: 80 }).toBuffer();
}
