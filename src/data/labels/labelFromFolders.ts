import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import type { FolderFile } from "./FolderFile.js";
import type { ImageFilesOptions, LabelledFile } from "./imageFolder.js";
import { namesInWords } from "../../core/namesInWords.js";
import { requireOneReading } from "./requireOneReading.js";

/**
 * Which of the folders around an image names its class: "top", the one directly below the split, or below the path
 * where there are no splits; "parent", the one that holds the image, as in fast.ai.
 */
export type ClassFolder = "top" | "parent";

/** How folders are read that hold splits and classes. */
export interface FolderReading extends ImageFilesOptions {
  /** As {@link labelFromFolders} takes it. */
  readonly classFolder?: ClassFolder;
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
