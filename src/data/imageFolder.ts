import { closeSync, openSync, readSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { UserError, messageOf } from "../errors.js";
import { isDicom } from "./dicom/readDicom.js";

/** A file that is an image by its name, and the folder that names its class. */
export interface LabelledFile {
  /** Absolute path. */
  readonly path: string;
  readonly class: string;
}

/** Names of image files. BMP is among them so that such a file is reported, not passed over. */
const imageName = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|dcm|dicom)$/i;

/**
 * Every image below a folder, sorted by path (by code unit): fast.ai takes the file system's order, which differs
 * from disk to disk. Hidden files and folders are left out, and so is the `__MACOSX` of zip files. A class is the
 * name of an image's folder. A file without an ending, as X-ray archives write them, is an image if it begins as a
 * DICOM file does.
 * @throws UserError when the folder cannot be read
 */
export function imageFiles(folder: string): LabelledFile[] {
  const found: LabelledFile[] = [];
  const visited = new Set<string>();
  const visit = (directory: string): void => {
    // A link may lead back to a folder above it.
    const real = realpathSync(directory);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "__MACOSX") continue;
      const place = path.join(directory, entry.name);
      const kind = entry.isSymbolicLink() ? statSync(place, { throwIfNoEntry: false }) : entry;
      if (kind?.isDirectory()) visit(place);
      else if (kind?.isFile() && isImage(place)) found.push({ path: place, class: path.basename(directory) });
    }
  };
  try {
    visit(folder);
  } catch (error) {
    throw new UserError(
      `The images in ${folder} cannot be listed: ${messageOf(error)}`,
      "Check its rights.",
      {
        cause: error,
      },
    );
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** By the file's name; without an ending, or with one of digits as DICOM's identifiers have, by its beginning. */
function isImage(file: string): boolean {
  const name = path.basename(file);
  if (imageName.test(name)) return true;
  // A DICOMDIR lists the images of a disc, and holds none.
  return /^[^.]+$|\.\d+$/.test(name) && name !== "DICOMDIR" && beginsAsDicom(file);
}

function beginsAsDicom(file: string): boolean {
  const beginning = new Uint8Array(132);
  const opened = openSync(file, "r");
  try {
    return readSync(opened, beginning) === beginning.length && isDicom(beginning);
  } finally {
    closeSync(opened);
  }
}

/** @throws UserError when `folder` is missing or is no folder; `what` names it, such as "The data set" */
export function requireFolder(folder: string, what: string, remedy: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`${what} ${folder} does not exist.`, remedy);
  if (!found.isDirectory()) throw new UserError(`${what} ${folder} is a file, not a folder.`, remedy);
}

/** The folders in a folder that may be classes or splits, sorted by code unit. */
export function subfolders(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && name !== "__MACOSX")
    .filter((name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

/**
 * The images of one split, such as `train`, which holds a folder for each class.
 * @throws UserError when the split or the images of a class are missing, or images lie outside any class
 */
export function splitFiles(root: string, split: string): LabelledFile[] {
  const folder = path.join(root, split);
  const others = subfolders(root).join(", ");
  requireFolder(
    folder,
    `The "${split}" folder`,
    `Pass the names of the folders with the options train and valid; ${root} holds: ${others || "no folders"}.`,
  );
  const files = imageFiles(folder);
  const stray = files.find((file) => path.dirname(file.path) === folder);
  if (stray !== undefined) {
    throw new UserError(
      `${stray.path} lies outside any class.`,
      `Move it to the folder of its class in ${folder}.`,
    );
  }
  for (const name of subfolders(folder)) {
    const inside = path.join(folder, name) + path.sep;
    if (files.some((file) => file.path.startsWith(inside))) continue;
    throw new UserError(
      `The class folder ${path.join(folder, name)} holds no images.`,
      "Put its images there, or remove the folder.",
    );
  }
  if (files.length === 0) {
    throw new UserError(`${folder} holds no images.`, "It should hold one folder of images for each class.");
  }
  return files;
}

/**
 * The images of a test set, whatever folders they lie in: a folder's name is no label there.
 * @throws UserError when the folder is missing or holds no images
 */
export function testFiles(root: string, test: string): string[] {
  const folder = path.join(root, test);
  requireFolder(folder, `The test folder`, `Pass the name of a folder in ${root} with the option test.`);
  const files = imageFiles(folder).map((file) => file.path);
  if (files.length === 0) throw new UserError(`${folder} holds no images.`, "Leave out the option test.");
  return files;
}
