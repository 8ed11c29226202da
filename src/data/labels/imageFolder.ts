import { isUtf8 } from "node:buffer";
import { type Stats, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { readPart } from "../../core/readPart.js";
import { UserError, messageOf } from "../../core/errors.js";
import { imageKind, isReadKind, kindBytes } from "../images/imageKind.js";
import { LeftOut, type LeftOutReason } from "./LeftOut.js";
import type { LabelTargets } from "./severalLabels.js";

/** Where an image stands in a split. */
export type SplitSide = "train" | "valid" | "heldOut";

/** A file and its class. */
export interface LabelledFile {
  /** Absolute path. */
  readonly path: string;
  readonly class: string;
  /** Whose image it is, where the labels say it. */
  readonly patient?: string;
  /** Where it stands, where the labels say it. */
  readonly split?: SplitSide;
  /** What is known of each label, of an image that may have several; `class` then names those that it has. */
  readonly targets?: LabelTargets;
}

/** How a folder is gone through. */
export interface ImageFilesOptions {
  /** Is told what was not taken. @default nobody is told */
  readonly leftOut?: LeftOut;
  /** What is not looked at. @default nothing */
  readonly exclude?: Excluded;
}

/** Names of folders that are not looked into, and patterns of names of files that are not taken, at any depth. */
export type Excluded = readonly (string | RegExp)[];

/**
 * Endings of the images that are read. Such files are taken by their names, and their content is checked when they
 * are decoded: reading the beginning of each as well takes as long again as listing them.
 */
const imageEnding = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|dib|p[gnp]m|jp2|j2k|jpf|dcm|dicom)$/i;

/** Whether a file is an image by its name; hidden ones are none. */
export const hasImageEnding = (name: string): boolean => imageEnding.test(name) && !name.startsWith(".");

/** Folders that file systems, discs and photo programs keep: Mac, Synology, QNAP, Windows, Linux and galleries. */
const systemFolder =
  /^(__macosx|@eadir|#recycle|@recycle|#snapshot|@recently-snapshot|\$recycle\.bin|system volume information|lost\+found|_+thumb(nail)?s|thumbnails|__pycache__)$/i;
const systemFile = /^(thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)$/i;

/** An index of the images of a disc, which holds none: by its name, or by what it says it is (PS3.6, A). */
const dicomdirName = /^dicomdir(\.|$)/i;
const dicomdirUid = "1.2.840.10008.1.3.10";

/** Why a folder's name says that no images lie in it; undefined for all others. */
function foreignFolder(name: string): LeftOutReason | undefined {
  if (name.startsWith(".")) return "hiddenFolder";
  return systemFolder.test(name) ? "systemFolder" : undefined;
}

/**
 * The paths of all images below a folder, sorted by code unit: fast.ai takes the file system's order, which differs from
 * disk to disk. A file with the ending of an image is one, and any other is if its content is; hidden
 * files and what the system keeps are left out.
 * @throws UserError when the folder, or one in it, cannot be read
 */
export function imageFiles(folder: string, options: ImageFilesOptions = {}): string[] {
  const { leftOut = new LeftOut(), exclude = [] } = options;
  const found: string[] = [];
  const visited = new Set<string>();
  const take = (place: string, name: string): void => {
    if (isExcludedFile(name, exclude)) return;
    const reason = name.startsWith(".") ? "hidden" : systemFile.test(name) ? "system" : reasonAgainst(place);
    if (reason === undefined) found.push(place);
    else leftOut.add(place, reason);
  };
  // Links come last, so that a folder's images are found by its own name.
  const links: string[] = [];
  const enter = (place: string): void => {
    const name = path.basename(place);
    const reason = foreignFolder(name);
    if (reason !== undefined) leftOut.add(place, reason);
    else if (!isExcludedFolder(name, exclude)) visit(place);
  };
  const visit = (directory: string): void => {
    // A link may lead back to a folder above it.
    const real = realpathSync(directory);
    if (visited.has(real)) {
      leftOut.add(directory, "readAlready");
      return;
    }
    visited.add(real);
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const place = path.join(directory, entry.name);
      const kind = entry.isSymbolicLink() ? target(place) : entry;
      if (kind === undefined) leftOut.add(place, "brokenLink");
      else if (kind.isDirectory() && entry.isSymbolicLink()) links.push(place);
      else if (kind.isDirectory()) enter(place);
      else if (kind.isFile()) take(place, entry.name);
      else leftOut.add(place, "special");
    }
  };
  const visitLinks = (): void => {
    while (links.length > 0) links.splice(0).sort().forEach(enter);
  };
  try {
    visit(folder);
    visitLinks();
  } catch (error) {
    throw new UserError(
      `The images in ${folder} cannot be listed: ${messageOf(error)}`,
      "Check its rights.",
      {
        cause: error,
      },
    );
  }
  return found.sort();
}

/** @throws UserError when `folder` is missing or is no folder; `what` names it, such as "The data set" */
export function requireFolder(folder: string, what: string, remedy: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UserError(`${what} ${folder} does not exist.`, remedy);
  if (!found.isDirectory()) throw new UserError(`${what} ${folder} is a file, not a folder.`, remedy);
}

/** The folders in a folder that may be classes or splits, sorted by code unit. */
export function subfolders(folder: string, exclude: Excluded = []): string[] {
  return readdirSync(folder)
    .filter((name) => foreignFolder(name) === undefined && !isExcludedFolder(name, exclude))
    .filter((name) => target(path.join(folder, name))?.isDirectory())
    .sort();
}

const isExcludedFolder = (name: string, exclude: Excluded): boolean =>
  exclude.some((one) => typeof one === "string" && one.normalize("NFC") === name.normalize("NFC"));

/** By a search, which begins at the start each time: with the flag g, a test would go on from the last one. */
const isExcludedFile = (name: string, exclude: Excluded): boolean =>
  exclude.some((one) => typeof one !== "string" && name.normalize("NFC").search(one) !== -1);

/** What a link leads to; undefined where that is nothing, or the link itself. */
function target(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") return undefined;
    throw error;
  }
}

/** Why a file is no image that is read; undefined for an image. */
function reasonAgainst(file: string): LeftOutReason | undefined {
  const name = path.basename(file);
  if (dicomdirName.test(name)) return "dicomdir";
  if (imageEnding.test(name)) return undefined;
  const head = beginningOf(file);
  if (head === undefined) return "unreadable";
  if (head.length === 0) return "empty";
  const kind = imageKind(head);
  if (kind === undefined) return isText(head) ? "text" : "unknown";
  if (kind === "dicom" && head.includes(dicomdirUid, 0, "latin1")) return "dicomdir";
  return isReadKind(kind) ? undefined : kind;
}

function beginningOf(file: string): Buffer | undefined {
  try {
    return readPart(file, kindBytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 without control characters but for those that lay out text; a character may be cut at the end. */
function isText(head: Buffer): boolean {
  const isWhole = [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
  return isWhole && head.every((byte) => byte >= 32 || (byte >= 8 && byte <= 13));
}
