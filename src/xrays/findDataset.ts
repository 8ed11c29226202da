import { aText, checkArguments, optional } from "../core/checkArguments.js";
import { existsSync } from "node:fs";
import path from "node:path";
import { currentDisplay } from "../core/Display.js";
import { dataVariable, projectRoot } from "../core/environment.js";
import { UserError, messageOf } from "../core/errors.js";
import type { DataSource } from "./DataSource.js";
import { countImages } from "./datasetListing.js";
import { sourceOf } from "./sourceOf.js";
import { downloadDataset } from "./downloadDataset.js";
import { drawPhantomSet } from "./drawPhantomSet.js";
import { folderFiles } from "../data/labels/FolderFile.js";
import { imageFiles, requireFolder, subfolders } from "../data/labels/imageFolder.js";
import { labelFromFolders } from "../data/labels/labelFromFolders.js";
import type { FoundDataset } from "./FoundDataset.js";

/** Where to look and what to do when nothing is there; a test puts its own places in. */
export interface SearchPlaces {
  readonly usual?: readonly string[];
  readonly download?: () => Promise<string>;
  readonly draw?: () => Promise<string>;
}

const usualPlaces = [
  path.join(projectRoot, "data", "chest_xray"),
  path.join(projectRoot, "..", "shared", "chest_xray"),
];

/**
 * Finds the X-rays: the caller's folder, `XRAY_DATA`, `data/chest_xray` in the project, `../shared/chest_xray`
 * beside it. If there are none they are downloaded; where that fails a phantom set is drawn, and said to be drawn.
 * @param dataDir a folder with `train` and `test` (or `valid`, `val`), or with Kaggle's nested `chest_xray`
 * @throws UserError when the folder the caller or `XRAY_DATA` names is missing or holds no such folders
 */
export async function findDataset(dataDir?: string, places: SearchPlaces = {}): Promise<FoundDataset> {
  checkArguments('findDataset("data/chest_xray")', { dataDir: [dataDir, optional(aText)] });
  const local = findLocalDataset(dataDir, places.usual);
  if (local) return local;
  try {
    return named(await (places.download ?? downloadDataset)(), "The download");
  } catch (error) {
    currentDisplay().text(`The chest X-rays could not be downloaded. ${messageOf(error)}`);
  }
  const drawn = await (places.draw ?? drawPhantomSet)();
  currentDisplay().text(
    "In their place, a small set of phantoms was drawn. They are no X-rays of patients: no number computed from them " +
      "says anything about pneumonia.",
  );
  return named(drawn, "The phantom set");
}

/**
 * The same without download and drawing.
 * @returns undefined when nobody names a folder and none of the usual ones exists
 */
export function findLocalDataset(
  dataDir?: string,
  usual: readonly string[] = usualPlaces,
): FoundDataset | undefined {
  const variable = dataVariable();
  if (dataDir !== undefined && dataDir !== "") return named(dataDir, "The data set");
  if (variable !== undefined) return named(variable, "The data set named by XRAY_DATA,");
  const found = usual.find((place) => existsSync(place));
  return found === undefined ? undefined : named(found, "The data set");
}

function named(folder: string, what: string): FoundDataset {
  const remedy =
    "Give a folder that holds train and test, each with a folder of images for each class (dataDir or XRAY_DATA). " +
    "`npx xray run --data-dir` takes other folders too; in a notebook, ImageDataBunch.fromFolder with the option validPct " +
    "splits a folder with one folder for each class, and ImageDataBunch.fromCsv reads the classes from a file.";
  const root = path.resolve(folder);
  requireFolder(root, what, remedy);
  const given = givenSplits(root);
  if (!given) {
    const place = placeOf(root);
    throw new UserError(
      `${what} ${place} has no folders train and test; it holds: ${subfolders(place).join(", ") || "no folders"}.`,
      remedy,
    );
  }
  const { path: place, train, valid } = given;
  const files = [train, valid].flatMap((split) => {
    const folder = path.resolve(place, split);
    return folderFiles(folder, imageFiles(folder));
  });
  const kind = sourceOf(place, labelFromFolders(files, "top"));
  if (valid !== "val" && subfolders(place).includes("val")) warnOfVal(place, kind);
  return { ...given, kind };
}

/** Kaggle's download has a folder in a folder of the same name. */
function placeOf(root: string): string {
  const nested = path.join(root, "chest_xray");
  return subfolders(root).includes("train") || !existsSync(nested) ? root : nested;
}

/** The folders of training and of validation images that a data set has; undefined where it is not divided so. */
export function givenSplits(root: string): Omit<FoundDataset, "kind"> | undefined {
  const place = placeOf(path.resolve(root));
  const splits = subfolders(place);
  const valid = ["test", "valid", "val"].find((name) => splits.includes(name));
  return splits.includes("train") && valid !== undefined ? { path: place, train: "train", valid } : undefined;
}

/** Kaggle's copy of Kermany's X-rays sets 16 training images apart; the article put them back. */
function warnOfVal(place: string, kind: DataSource): void {
  const images = countImages(place).find(({ split }) => split === "val")?.total ?? 0;
  const advice =
    kind === "kermany"
      ? " The article moved Kaggle's 16 into train (5232 images); do the same to compare with its numbers."
      : "";
  currentDisplay().text(`${path.join(place, "val")} holds ${images} images that are not used.${advice}`);
}
