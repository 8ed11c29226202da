import path from "node:path";
import { currentDisplay } from "../display/Display.js";
import { UserError } from "../errors.js";
import type { LabelledFile } from "./imageFolder.js";
import { namesInWords } from "./namesInWords.js";
import { requireOneReading } from "./requireOneReading.js";

/**
 * Which of the folders around an image names its class: "top", the one directly below the split, or below the path
 * where there are no splits; "parent", the one that holds the image, as in fast.ai.
 */
export type ClassFolder = "top" | "parent";

/** An image that lies in folders. */
export interface FolderFile {
  /** Absolute path. */
  readonly path: string;
  /** Absolute path of the folder that holds the classes. */
  readonly base: string;
  /** Names of the folders from there down to the image, at least one; in Unicode's form NFC. */
  readonly folders: readonly string[];
}

/**
 * Images with the folders that they lie in.
 * @param base absolute; all paths lie below it
 * @throws UserError naming an image that lies in no folder below `base`
 */
export function folderFiles(base: string, paths: readonly string[]): FolderFile[] {
  return paths.map((file) => {
    const folders = path.relative(base, path.dirname(file)).normalize("NFC").split(path.sep);
    if (folders[0] !== "") return { path: file, base, folders };
    throw new UserError(
      `${file} lies outside any class.`,
      `Move it to the folder of its class in ${base}; where names tell the classes, take fromNameRe or fromCsv.`,
    );
  });
}

/**
 * Images with the class that their folders name. Names are brought to Unicode's form NFC: a Mac writes "ü" as two
 * characters, others as one.
 * @param files of all splits, since their folders are read in one way
 * @param classFolder undefined: the top folder, unless the folders can be read in another way as well
 * @throws UserError when they can, naming both ways
 */
export function labelFromFolders(files: readonly FolderFile[], classFolder?: ClassFolder): LabelledFile[] {
  if (classFolder === undefined) {
    requireOneReading(files);
    tellNested(files);
  }
  return files.map(({ path: file, folders }) => ({
    path: file,
    class: folders.at(classFolder === "parent" ? -1 : 0) ?? "",
  }));
}

/** Says it when folders lie in the folders of classes: in fast.ai these would be the classes. */
function tellNested(files: readonly FolderFile[]): void {
  const nested = files.filter(({ folders }) => folders.length > 1);
  const [first] = nested;
  if (!first) return;
  const bases = [...new Set(files.map(({ base }) => base))];
  currentDisplay().text(
    `${nested.length} of ${files.length} images lie deeper than in a class's folder (such as in ${path.join(...first.folders)}). ` +
      `The class is the folder directly below ${bases.join(" or ")}: ` +
      `${namesInWords(files.map(({ folders }) => folders[0] ?? ""))}.`,
  );
}
