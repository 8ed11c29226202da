import path from "node:path";
import { UserError } from "../../core/errors.js";

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
