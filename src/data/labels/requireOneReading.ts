import path from "node:path";
import { UserError } from "../../core/errors.js";
import type { FolderFile } from "./FolderFile.js";
import { isMadeOfImages, isOnlyImages, madeOfOthers, refuseMadeFiles } from "./madeOfImages.js";
import { namesInWords } from "../../core/namesInWords.js";

const splitName =
  /^(train(ing)?|valid(ation)?|val|test(ing)?|dev|hold[\s_-]?out)([\s_-]?(set|data|images?|split))?$/i;

/** Names of one role: one of them is read, and another beside it forgotten. */
const roles = [/^train/i, /^(val|dev|hold)/i];

/** Whether two folders are splits for one purpose, as "val" and "valid" are. */
export const isSameRole = (one: string, other: string): boolean =>
  isSplitName(one) && isSplitName(other) && roles.some((role) => role.test(one) && role.test(other));

/** Whether a folder of this name is rather a split than a class. */
export const isSplitName = (name: string): boolean => splitName.test(name);

/** Numbered patients and studies, or parts of an archive: no class is called so. */
const numbered =
  /^(patients?|pat|persons?|subjects?|subj?|cases?|stud(y|ies)|series|sessions?|visits?|exams?|sites?|images?|imgs?|parts?|batch|chunk|shard|volume|disc|disk|cd)[\s_-]*\d+$/i;

/** Words before a number that do name a class, and the numbers of ImageNet's classes. */
const numberedClass =
  /^((class|cls|cat(egory)?|label|grade|stage|type|group|level|score)[\s_-]*\d+|n\d{8})$/i;

/** Names that differ only in their digits, at least three together, as "P001" and "LIDC-IDRI-0002" do; or UIDs. */
function areIdentifiers(names: readonly string[]): boolean {
  if (names.some((name) => numberedClass.test(name) || !/\d{3}|^\d+(\.\d+){4,}$/.test(name))) return false;
  return new Set(names.map((name) => name.replace(/\d+(\.\d+)*/g, "0").toLowerCase())).size === 1;
}

/** Names of patients, studies, series or dates, as opposed to classes. */
const isIdentifier = (name: string): boolean => /\d/.test(name);

/**
 * Refuses folders that can be read in two ways. Folders in a class's folder may be patients, series or dates, and
 * then count to it; where they bear the names of masks, or where the same names recur in several classes, they may as
 * well be what was meant by classes.
 * @throws UserError naming both readings, and how to say which is meant
 */
export function requireOneReading(files: readonly FolderFile[]): void {
  refuseMasks(files);
  refuseMadeFiles(
    files.map((file) => file.path),
    (patterns) =>
      `Leave them out with exclude: ${patterns}, or take them as images with classFolder: "top" or "parent".`,
  );
  refuseOneWrapper(files);
  refuseRecurringNames(files);
  refuseNumbered(files);
}

function refuseMasks(files: readonly FolderFile[]): void {
  const tops = new Set(files.map(topOf));
  // Classes such as "with_mask" are classes.
  const topMasks = [...tops].some(isOnlyImages)
    ? [...tops].filter(isMadeOfImages)
    : [...madeOfOthers(tops).keys()];
  const maskOf = ({ folders }: FolderFile): string | undefined =>
    folders.find((name, depth) => (depth === 0 ? topMasks.includes(name) : isMadeOfImages(name)));
  const masks = files.filter((file) => maskOf(file) !== undefined);
  const [first] = masks;
  if (!first) return;
  // Beside images: in the same class, or on top in another folder.
  const withMasks = new Set(masks.map(topOf));
  const plain = files.find(
    (file) => maskOf(file) === undefined && (topMasks.length > 0 || withMasks.has(topOf(file))),
  );
  if (!plain) return;
  const names = [...new Set(masks.flatMap((file) => maskOf(file) ?? []))].sort();
  throw new UserError(
    `${masks.length} of ${files.length} images lie in folders named ${namesInWords(names)}, such as ${first.path}; ` +
      `others lie beside them, such as ${plain.path}. Either these are made of the images, as masks are, and must not ` +
      "train, or they are images like the others.",
    `Leave them out with exclude: ${JSON.stringify(names)}, or take them as images with classFolder: "top", ` +
      'which makes the top folder the class, or "parent", which makes it the folder that holds an image.',
  );
}

function refuseOneWrapper(files: readonly FolderFile[]): void {
  const [first] = files;
  let level = 0;
  while (namesAt(files, level).size === 1) level++;
  const names = namesAt(files, level);
  if (!first || level === 0 || names.size < 2) return;
  const wrapper = path.join(
    first.base,
    path.relative(first.base, first.path).split(path.sep).slice(0, level).join(path.sep),
  );
  throw new UserError(
    `All images lie in one folder, ${wrapper}: if that is their class, there is only one.`,
    `If the folders in it are the classes (${namesInWords(names.keys())}), give ${wrapper} in place of ${first.base}.`,
  );
}

function refuseRecurringNames(files: readonly FolderFile[]): void {
  const tops = [...new Set(files.map(topOf))];
  const depth = files.reduce((most, { folders }) => Math.max(most, folders.length), 0);
  for (let level = 1; level < depth; level++) {
    const places = new Map([...namesAt(files, level)].filter(([name]) => mayBeClass(name, tops)));
    const recurs = [...places.values()].some((below) => below.size > 1);
    if (!recurs || places.size < 2) continue;
    const names = namesInWords(places.keys());
    const holdImages = files.every(({ folders }) => folders.length <= level + 1);
    const pattern = `/[/](${[...places.keys()].sort().map(escaped).join("|")})[/]/`;
    throw new UserError(
      `The folders below ${[...new Set(files.map(({ base }) => base))].join(" and ")} can be read in two ways: the ` +
        `classes are ${namesInWords(tops)}, or they are ${names}, which recur in several of these.`,
      'Say which: classFolder: "top" takes the first, ' +
        (holdImages
          ? '"parent", as fast.ai does, the folder that holds an image'
          : places.size <= 8
            ? `fromNameRe(path, undefined, ${pattern}, options) the second`
            : "fromNameFunc the second") +
        "; exclude leaves folders out.",
    );
  }
}

function refuseNumbered(files: readonly FolderFile[]): void {
  const tops = new Set(files.map(topOf));
  if (tops.size < 2 || !([...tops].every((name) => numbered.test(name)) || areIdentifiers([...tops]))) return;
  const bases = [...new Set(files.map(({ base }) => base))].join(" and ");
  throw new UserError(
    `The folders below ${bases} seem to be patients, studies or parts rather than classes: ${namesInWords(tops)}.`,
    'If they are classes, say classFolder: "top"; if the folders that hold the images are, "parent"; else take the ' +
      "labels from names or a list (fromNameRe, fromCsv).",
  );
}

/** Where all folders on top are patients or sites with a number, those below them may be numbered classes. */
const mayBeClass = (name: string, tops: readonly string[]): boolean =>
  !isSplitName(name) && (!isIdentifier(name) || tops.every(isIdentifier));

/** The names of folders at a depth below the base, each with the top folders that it lies below. */
function namesAt(files: readonly FolderFile[], level: number): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const file of files) {
    const name = file.folders[level];
    if (name === undefined) continue;
    const tops = names.get(name);
    if (tops) tops.add(topOf(file));
    else names.set(name, new Set([topOf(file)]));
  }
  return names;
}

const topOf = ({ folders }: FolderFile): string => folders[0] ?? "";
const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
