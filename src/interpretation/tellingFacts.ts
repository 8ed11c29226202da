import { asTable } from "../core/asTable.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { UserError } from "../core/errors.js";
import { nameInText } from "../core/nameInText.js";
import type { ImageDataset } from "../data/ImageDataset.js";
import { type ImageFacts, imageFacts } from "../data/images/imageFacts.js";
import { aucMeasure } from "../statistics/aucMeasure.js";
import type { Measure } from "../statistics/Measure.js";
import { requireOneLabel } from "../training/requireOneLabel.js";
import { measureCells, remarks } from "./measureTable.js";

/** How well one fact of the files tells one class from the rest. */
export interface TellingFact {
  /** Such as "bytes". */
  readonly fact: string;
  /** The class that it tells from the others. */
  readonly class: string;
  /** Whether it is larger or smaller in that class. */
  readonly inClass: "larger" | "smaller";
  /** The area under the ROC curve of the fact alone, 0.5 or more; by patient, where patients are known. */
  readonly auc: Measure;
}

const facts: Readonly<Record<string, (of: ImageFacts) => number>> = {
  bytes: ({ bytes }) => bytes,
  width: ({ width }) => width,
  height: ({ height }) => height,
  "width / height": ({ width, height }) => width / height,
  brightness: ({ brightness }) => brightness,
  sharpness: ({ sharpness }) => sharpness,
};

const anImageSet = having("a set of images, such as data.trainDs", "items", "classes");

/**
 * How well the classes can be told apart without looking at what the images show: by the files' bytes, their width, height
 * and shape, their brightness and sharpness. A net can learn from each of these, and then tells hospitals, devices or the order
 * of collection apart (Zech et al., 2018). A fact that is the same in all images is left out. Of each other fact the class is given that it tells best, the most telling fact first.
 * @param dataset labelled images, such as `data.trainDs`
 * @throws UserError when it has fewer than two classes with images, or a file cannot be decoded
 */
export async function tellingFacts(dataset: ImageDataset): Promise<TellingFact[]> {
  checkArguments("tellingFacts(data.trainDs)", { dataset: [dataset, anImageSet] });
  requireOneLabel(dataset, "tellingFacts()");
  const items = dataset.items.filter((item) => item.class !== "");
  const classes = dataset.classes.filter((name) => items.some((item) => item.class === name));
  if (classes.length < 2) {
    throw new UserError(
      `The ${items.length} labelled images are of ${classes.length === 1 ? `one class, ${nameInText(classes.join(""))}` : "no class"}.`,
      "Give images of at least two classes, such as data.trainDs.",
    );
  }
  const found = await imageFacts(items.map((item) => item.path));
  const patients = items.flatMap((item) => item.patient ?? []);
  const groups = patients.length === items.length ? patients : undefined;
  // Of two classes one against the other says all.
  const told = classes.length === 2 ? classes.slice(1) : classes;
  const values = Object.entries(facts).map(([fact, of]) => [fact, Float64Array.from(found, of)] as const);
  const isSame = (each: Float64Array): boolean => each.every((value) => value === each[0]);
  const same = values.flatMap(([fact, each]) => (isSame(each) ? [fact] : []));
  const telling = values.flatMap(([fact, own]) => {
    if (same.includes(fact)) return [];
    const each = told.map((name) => {
      const positive = Uint8Array.from(items, (item) => (item.class === name ? 1 : 0));
      const larger = aucMeasure({ scores: own, positive }, groups);
      if ((larger.value ?? NaN) >= 0.5) return { fact, class: name, inClass: "larger" as const, auc: larger };
      const auc = aucMeasure({ scores: own.map((value) => -value), positive }, groups);
      return { fact, class: name, inClass: "smaller" as const, auc };
    });
    return each.reduce((best, other) => (areaOf(other) > areaOf(best) ? other : best));
  });
  telling.sort((a, b) => areaOf(b) - areaOf(a));
  return asTable(telling, (rows) => ({
    caption: `How well facts of the files alone tell the classes of ${items.length} images apart`,
    columns: ["fact", "is", "AUROC", "95% CI"],
    rows: rows.map(({ fact, class: name, inClass, auc }) => {
      const [, value = "", interval = ""] = measureCells(fact, auc);
      return [fact, `${inClass} in ${nameInText(name)}`, value, interval];
    }),
    note: [
      same.length > 0 ? `The same in all images: ${same.join(", ")}.` : [],
      remarks(rows.map(({ fact, auc }) => [fact, auc])) ?? [],
      reading,
    ]
      .flat()
      .join(" "),
  }));
}

const areaOf = ({ auc: { value } }: TellingFact): number => value ?? 0;

const reading =
  "0.5 is chance; a net can learn whatever tells the classes better, and shortcutTests(learn) asks whether it has. What is not in " +
  "this table, such as a marker in a corner, may tell them too.";
