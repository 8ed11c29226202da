import { realpathSync } from "node:fs";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import { type FolderFile, folderFiles } from "./FolderFile.js";
import {
  type Excluded,
  type ImageFilesOptions,
  imageFiles,
  requireFolder,
  subfolders,
} from "./imageFolder.js";
import type { ClassFolder, FolderReading } from "./labelFromFolders.js";
import { LeftOut } from "./LeftOut.js";
import { warnOfMadeImages } from "./madeOfImages.js";
import { namesInWords } from "../../core/namesInWords.js";
import { isSameRole, isSplitName } from "./requireOneReading.js";
import { tell } from "../../core/warnings.js";

/**
 * The images of one split, such as `train`, which holds a folder for each class.
 * @throws UserError when the split or the images of a class are missing, or images lie outside any class
 */
export function splitFiles(root: string, split: string, options: ImageFilesOptions = {}): FolderFile[] {
  const { leftOut = new LeftOut(), exclude } = options;
  const folder = path.resolve(path.join(root, split));
  const others = subfolders(root).join(", ");
  requireFolder(
    folder,
    `The "${split}" folder`,
    `Pass the names of the folders with the options train and valid; ${root} holds: ${others || "no folders"}.`,
  );
  const files = folderFiles(folder, imageFiles(folder, { leftOut, exclude }));
  for (const name of subfolders(folder, exclude)) {
    const inside = path.join(folder, name);
    if (files.some((file) => file.path.startsWith(inside + path.sep))) continue;
    if (leftOut.reasonFor(inside) === "readAlready") {
      throw new UserError(
        `The class folder ${inside} is a link to ${realpathSync(inside)}, which is read already.`,
        `Remove the link, or leave it out with exclude: ${JSON.stringify([name])}.`,
      );
    }
    throw new UserError(
      `The class folder ${inside} holds no images. ${leftOut.inWords(inside, inside)}`.trimEnd(),
      "Put its images there, or remove the folder.",
    );
  }
  if (files.length > 0) return files;
  throw new UserError(
    `${folder} holds no images. ${leftOut.inWords(folder, folder)}`.trimEnd(),
    "It should hold one folder of images for each class.",
  );
}

/**
 * Says it when a split that is not read lies beside one for the same purpose, as "val" beside "valid".
 * @param read names of the folders that are read
 */
export function tellUnreadSplits(root: string, read: readonly string[], exclude?: Excluded): void {
  const known = read.map((name) => path.join(root, name));
  for (const name of subfolders(root, exclude)) {
    const folder = path.join(root, name);
    const twin = read.find((other) => isSameRole(name, path.normalize(other)));
    if (twin === undefined || known.some((other) => path.relative(folder, other) === "")) continue;
    const count = imageFiles(folder, { exclude }).length;
    if (count === 0) continue;
    currentDisplay().text(
      `The ${count} images in ${folder} are not used: "${twin}" is read. The options train and valid name the folders.`,
    );
  }
}

/** What `filesToDivide` is to know beside the images. */
export interface DivideOptions extends Pick<FolderReading, "classFolder" | "exclude" | "leftOut"> {
  /** Absolute paths of images that are not divided. */
  readonly apart?: ReadonlySet<string>;
}

/**
 * The images that a random split divides: they lie in the classes' folders below the root, or, where the root holds
 * splits, in those of each split. A split that is drawn through given ones is told, and so are folders without images.
 * @throws UserError when folders of splits lie beside others, or images outside any folder
 */
export function filesToDivide(
  root: string,
  paths: readonly string[],
  { classFolder, exclude, leftOut, apart = new Set() }: DivideOptions = {},
): FolderFile[] {
  const files = folderFiles(root, paths);
  const tops = [...new Set(files.map(({ folders }) => folders[0] ?? ""))];
  const splits = tops.filter(isSplitName);
  const others = tops.filter((name) => !isSplitName(name));
  const example = splits.find((name) => /^train/i.test(name)) ?? splits[0] ?? "";
  if (splits.length > 0 && others.length > 0 && classFolder === undefined) {
    throw new UserError(
      `${root} holds ${namesInWords(splits)}, which is to say splits, beside ${namesInWords(others)}.`,
      `Give the folder that holds the classes, such as ${path.join(root, example)}, or leave folders out, ` +
        `such as exclude: ${JSON.stringify(others.slice(0, 3))}; if all are classes, say classFolder: "top".`,
    );
  }
  const divided = others.length > 0 || classFolder === "parent" ? files : belowTops(root, files);
  warnOfMixedSplits(root, divided, classFolder);
  tellEmpty([...new Set([root, ...divided.map(({ base }) => base)])], [...paths, ...apart], {
    exclude,
    leftOut,
  });
  return divided;
}

/** The same files, with the classes looked for one folder deeper. */
function belowTops(root: string, files: readonly FolderFile[]): FolderFile[] {
  const byBase = new Map<string, string[]>();
  for (const { path: file } of files) {
    const [top = ""] = path.relative(root, file).split(path.sep);
    const base = path.join(root, top);
    const own = byBase.get(base);
    if (own) own.push(file);
    else byBase.set(base, [file]);
  }
  return [...byBase].flatMap(([base, paths]) => folderFiles(base, paths));
}

/** Says which folders are no classes because nothing in them is an image. */
function tellEmpty(
  bases: readonly string[],
  images: readonly string[],
  { exclude, leftOut }: ImageFilesOptions,
): void {
  const empty = bases.flatMap((base) => {
    const held = new Set(images.map((file) => path.relative(base, file).split(path.sep)[0]));
    const without = subfolders(base, exclude).filter((name) => !held.has(name));
    return without.map((name) => path.join(base, name));
  });
  // Links to folders that are read already are told as such.
  const told = empty.filter((folder) => leftOut?.reasonFor(folder) !== "readAlready");
  if (told.length > 0)
    currentDisplay().text(`No class is made of folders without images: ${namesInWords(told)}.`);
}

function warnOfMixedSplits(root: string, files: readonly FolderFile[], classFolder?: ClassFolder): void {
  const splits = new Set<string>();
  for (const { base, folders } of files) {
    // The folder that is the class is no split, whatever its name.
    const inner = classFolder === "parent" ? folders.slice(0, -1) : folders.slice(1);
    const around = [...path.relative(root, base).split(path.sep).filter(Boolean), ...inner];
    const depth = around.findIndex(isSplitName);
    if (depth !== -1) splits.add(path.join(...around.slice(0, depth + 1)));
  }
  if (splits.size < 2) return;
  tell(
    `Warning: ${root} is split already (${namesInWords(splits)}), and validPct divides all of its images anew, at random. ` +
      "To keep that split, leave out validPct and give the options train and valid; to divide one part, give its folder.",
  );
}

/**
 * The images of a test set, whatever folders they lie in: a folder's name is no label there.
 * @throws UserError when the folder is missing or holds no images
 */
export function testFiles(root: string, test: string, leftOut: LeftOut, exclude?: Excluded): string[] {
  const folder = path.resolve(path.join(root, test));
  requireFolder(folder, `The test folder`, `Pass the name of a folder in ${root} with the option test.`);
  const files = imageFiles(folder, { leftOut, exclude });
  warnOfMadeImages(folder, files);
  if (files.length > 0) return files;
  throw new UserError(
    `${folder} holds no images. ${leftOut.inWords(folder, folder)}`.trimEnd(),
    "Leave out the option test.",
  );
}
