import { checkArguments, having } from "../core/checkArguments.js";
import path from "node:path";
import { type Table, currentDisplay } from "../core/Display.js";
import { projectRoot } from "../core/environment.js";
import type { FoundDataset } from "./FoundDataset.js";
import { imageFiles, requireFolder, subfolders } from "../data/labels/imageFolder.js";
import { sum } from "../statistics/sum.js";

/** Images of each class in one split of a data set, such as `train`. */
export interface SplitCounts {
  readonly split: string;
  /** By class name; sorted. */
  readonly classes: ReadonlyMap<string, number>;
  readonly total: number;
}

/**
 * Counts the images of a data set by split and class.
 * @throws UserError when the folder is missing
 */
export function countImages(folder: string): SplitCounts[] {
  requireFolder(folder, "The data set", "Give the folder that holds the training and validation folders.");
  return subfolders(folder).map((split) => {
    const classes = new Map<string, number>();
    for (const inside of subfolders(path.join(folder, split))) {
      const name = inside.normalize("NFC");
      const images = imageFiles(path.join(folder, split, inside)).length;
      classes.set(name, (classes.get(name) ?? 0) + images);
    }
    return { split, classes, total: sum([...classes.values()]) };
  });
}

/**
 * The data set's folders and how many images each holds, as a table to show.
 * @throws UserError when the folder is missing
 */
export function datasetListing(folder: string): Table {
  const counts = countImages(folder);
  const names = [...new Set(counts.flatMap(({ classes }) => [...classes.keys()]))].sort();
  return {
    caption: path.resolve(folder),
    columns: ["folder", ...names, "images"],
    rows: counts.map(({ split, classes, total }) => [
      split,
      ...names.map((name) => String(classes.get(name) ?? 0)),
      String(total),
    ]),
  };
}

const found = having("what findDataset() gives", "path", "kind");

/**
 * Shows how many images of each class a data set's splits hold, and says it when the images are drawn.
 * @throws UserError when the folder is missing
 */
export function showListing(dataset: Pick<FoundDataset, "path" | "kind">): void {
  checkArguments("showListing(await findDataset())", { dataset: [dataset, found] });
  const { path: folder, kind } = dataset;
  const display = currentDisplay();
  if (kind === "phantom") display.markdown(`**${phantomWarning}**`);
  display.table({ ...datasetListing(folder), caption: path.relative(projectRoot, folder) });
}

/** What every page must say that shows numbers of the phantom set. */
export const phantomWarning =
  "These images are drawn. They are no X-rays of patients: no number on this page says anything about pneumonia.";
