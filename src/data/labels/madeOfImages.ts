import path from "node:path";
import { UserError } from "../../core/errors.js";
import { namesInWords } from "../../core/namesInWords.js";
import { tell } from "../../core/warnings.js";

/** A word that stands alone in a name, or beside others, as in "lung_masks". */
const word = (words: string): RegExp => new RegExp(`(^|[\\s_.-])(${words})(?=[\\s_.-]|$)`, "i");

/** What is made of images, and is none to train on. */
const madeOf = word(
  "masks?|masked|maske|masken|msk|labels?|segs?|segmentations?|segmented|annotations?|annotated|" +
    "ground[\\s_-]?truths?|gt|overlays?|heat[\\s_-]?maps?|grad[\\s_-]?cams?|saliency|contours?|rois?|thumbs?|previews?|" +
    "augmented|augs?",
);
/** Names that say no more than that something is an image. */
const onlyImages = word("images?|imgs?|bilder|pictures?|photos?|scans?|originals?|x-?rays?|cxrs?|raw|data");

/** "ManualMask2" as "Manual_Mask_2". */
const apart = (name: string): string =>
  name
    .normalize("NFC")
    .replace(/(\p{Ll})(?=\p{Lu})/gu, "$1_")
    .replace(/(\p{L})(?=\d)/gu, "$1_");
const trimmed = (name: string): string => name.replace(/^[\s_.-]+|[\s_.-]+$/g, "").toLowerCase();

/** Whether a name, such as "lung_masks" or "ManualMask", is one of what is made of images. */
export const isMadeOfImages = (name: string): boolean => madeOf.test(apart(name));

/** Whether a name, such as "CXR_png", says that images are meant, and not what is made of them. */
export const isOnlyImages = (name: string): boolean => onlyImages.test(apart(name)) && !isMadeOfImages(name);

/** What is left of a name before and behind one of these words; nothing where it holds none. */
function around(name: string, words: RegExp): string[] {
  const text = apart(name);
  const found = words.exec(text);
  if (!found) return [];
  return [text.slice(0, found.index), text.slice(found.index + found[0].length)].map(trimmed).filter(Boolean);
}

/**
 * The names, such as "NORMAL_mask", that are another one and a word for what is made of images.
 * @returns each with the name that it is made of
 */
export function madeOfOthers(names: Iterable<string>): Map<string, string> {
  const all = new Set(names);
  const candidates = [...all].filter(isMadeOfImages);
  if (candidates.length === 0) return new Map();
  for (const name of candidates) all.delete(name);
  const known = new Map<string, string>();
  for (const name of all) {
    for (const key of [trimmed(apart(name)), ...around(name, onlyImages)]) {
      if (!known.has(key)) known.set(key, name);
    }
  }
  const made = new Map<string, string>();
  for (const name of candidates) {
    const other = around(name, madeOf).find((rest) => known.has(rest));
    if (other !== undefined) made.set(name, known.get(other) ?? "");
  }
  return made;
}

/** A file that is made, by its name, of another in its folder: "1_mask.png" of "1.png". */
interface MadeFile {
  readonly path: string;
  readonly of: string;
}

function madeFiles(paths: readonly string[]): MadeFile[] {
  const byFolder = new Map<string, Map<string, string>>();
  for (const file of paths) {
    const folder = path.dirname(file);
    const files = byFolder.get(folder) ?? new Map<string, string>();
    files.set(path.parse(file).name, file);
    byFolder.set(folder, files);
  }
  return [...byFolder.values()].flatMap((files) =>
    [...madeOfOthers(files.keys())].map(([name, of]) => ({
      path: files.get(name) ?? "",
      of: files.get(of) ?? "",
    })),
  );
}

/**
 * Refuses masks and the like that lie, with names made of theirs, beside the images.
 * @param remedy what can be done, by an array of patterns that match them
 * @throws UserError naming a pair
 */
export function refuseMadeFiles(paths: readonly string[], remedy: (patterns: string) => string): void {
  const made = madeFiles(paths);
  const [first] = made;
  if (!first) return;
  const patterns = [...new Set(made.map((file) => wordIn(file.path)))].slice(0, 3);
  throw new UserError(
    `${made.length} of ${paths.length} images seem by their names to be made of others beside them, such as ` +
      `${first.path} of ${path.basename(first.of)}. Masks and the like must not train.`,
    remedy(`[${patterns.map((text) => `/${text}/i`).join(", ")}]`),
  );
}

/** The word in a file's name that tells what it is, with what stands before it, for a regular expression. */
function wordIn(file: string): string {
  const { name } = path.parse(file);
  const found = madeOf.exec(apart(name));
  const [whole = "", , bare = ""] = found ?? [];
  return (name.includes(whole) ? whole : bare).replace(/[.]/g, "\\.");
}

/** Says it when masks and the like are among images that are to be predicted. */
export function warnOfMadeImages(root: string, paths: readonly string[]): void {
  const inFolders = paths.filter((file) =>
    path.relative(root, path.dirname(file)).split(path.sep).some(isMadeOfImages),
  );
  const made = new Set(madeFiles(paths).map((file) => file.path));
  // Where all lie in such folders, that is what the person has.
  if (inFolders.length < paths.length) for (const file of inFolders) made.add(file);
  if (made.size === 0) return;
  tell(
    `Warning: ${made.size} of the ${paths.length} images in ${root} seem by their names to be masks or the like ` +
      `(${namesInWords(
        [...made].map((file) => path.relative(root, file)),
        2,
      )}). They are predicted as images are.`,
  );
}
