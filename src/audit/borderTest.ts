import { type GroupNoun, groupsInWords } from "../core/groupNoun.js";
import { Random } from "../core/Random.js";
import { randomStreams } from "../core/randomStreams.js";
import type { Section } from "../core/Section.js";
import { valueAt } from "../core/valueAt.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import type { ImageItem } from "../data/ImageDataset.js";
import { measureCells, remarks } from "../interpretation/measureTable.js";
import { aucOf } from "../interpretation/shortcutTests.js";
import type { Measure } from "../statistics/Measure.js";
import type { BodyFeatures } from "./BodyFeatures.js";
import { imageFeatures } from "./imageFeatures.js";
import { outOfFold, type OutOfFoldOptions } from "./outOfFold.js";

/** Enough for an interval of a few hundredths. */
const mostPerClass = 300;

/** Fewer than four of each class are separated by chance in more than one of 40 cases. */
const fewestOfClass = 4;

/** How well the border of the images alone tells the classes apart. */
export interface BorderTest {
  /** Images that were asked. */
  readonly images: number;
  /** Whose they are; undefined where that is not known of all. */
  readonly patients?: number;
  /** The area under the ROC curve, by patient; of more than two classes the mean of each against the rest. */
  readonly auc: Measure;
  /** Whether it tells them better than chance does: the interval is above 0.5. */
  readonly isTelling: boolean;
}

/**
 * Judges the classes out of fold on the features of images whose centre is masked, so that nothing but an eighth on each side
 * is left: what tells the classes there is hardly what the images are to show.
 * @returns undefined where fewer than two classes have two patients
 */
export async function borderTest(
  data: ImageDataBunch,
  net: BodyFeatures,
  items: readonly ImageItem[],
  options: OutOfFoldOptions,
): Promise<BorderTest | undefined> {
  const chosen = drawPerClass(items, options.seed);
  const paths = chosen.map(({ path }) => path);
  const features = await imageFeatures(data, net, paths, { view: "border" });
  const { judged, classes, y, probs } = await outOfFold(features, chosen, options);
  if (judged.length === 0) return undefined;
  const own = judged.map((i) => valueAt(chosen, i));
  const known = own.flatMap(({ patient }) => patient ?? []);
  const patients = known.length === own.length ? Int32Array.from(known) : undefined;
  const auc = aucOf({ probs: Float32Array.from(probs), y, classes, ...(patients && { patients }) });
  const fewest = Math.min(
    ...classes.map((name) => {
      const ofClass = own.filter((item) => item.class === name);
      return new Set(ofClass.map(({ patient, path }) => patient ?? path)).size;
    }),
  );
  // An area of 1 has no interval.
  const isTelling = auc.value === 1 ? fewest >= fewestOfClass : (auc.low ?? 0) > 0.5;
  const counted = patients && { patients: new Set(patients).size };
  return { images: judged.length, ...counted, auc, isTelling };
}

/** So many of each class, by the seed, in the items' order. */
function drawPerClass(items: readonly ImageItem[], seed: number): ImageItem[] {
  const order = new Random(seed, randomStreams.folds, 1).permutation(items.length);
  const counts = new Map<string, number>();
  const chosen = new Set(
    order.filter((i) => {
      const { class: name } = valueAt(items, i);
      const before = counts.get(name) ?? 0;
      counts.set(name, before + 1);
      return before < mostPerClass;
    }),
  );
  return items.filter((_, i) => chosen.has(i));
}

/** The test in words. */
export function borderSection(test: BorderTest | undefined, noun?: GroupNoun): Section {
  const heading = "What the border of the images tells";
  if (!test)
    return { heading, text: ["It was not asked: fewer than two classes have two patients or images."] };
  const { images, patients, auc } = test;
  const name = "the border alone";
  const own = `${images} images${patients === undefined ? "" : ` of ${groupsInWords(patients, noun)}`}`;
  return {
    heading,
    text: [inWords(test, own)],
    tables: [
      {
        caption: `How well the border alone tells the classes of ${own} apart, judged out of fold`,
        columns: ["what is left", "AUROC", "95% CI"],
        rows: [measureCells(name, auc)],
        note: remarks([[name, auc]]),
      },
    ],
  };
}

const look =
  "A net can learn that in place of what the images are to show. Look there for markers, letters, frames and black bars, and for a " +
  "part of the body or a way of cutting that is more frequent in one class.";

/** @param own the images in words */
function inWords({ auc, isTelling }: BorderTest, own: string): string {
  if (auc.low === null) {
    return isTelling
      ? `The border alone, an eighth on each side, separates the classes of these ${own} without an error. No interval exists for ` +
          `such an area: it does not say how well the border tells the classes of other images apart. ${look}`
      : "Whether the border alone, an eighth on each side, tells the classes apart cannot be said: no interval exists for its area in " +
          `these ${own}.`;
  }
  return isTelling
    ? `The border alone, an eighth on each side, tells the classes apart better than chance does. ${look}`
    : "The border alone, an eighth on each side, tells the classes apart no better than chance does, as far as the features of this " +
        "net can tell.";
}
