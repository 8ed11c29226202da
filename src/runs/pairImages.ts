import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { EvaluatedScores } from "../statistics/evaluateScores.js";
import { type Groups, numberedGroups } from "../statistics/Groups.js";

/** How the images of two files were found in each other: by what they are called, or in the order of the files. */
export type PairedBy = "name" | "order";

/** The images of a file, and how they are spoken of. */
export interface NamedImages {
  readonly file: string;
  readonly items: EvaluatedScores;
  /** What the images are called; undefined where nothing in the file names them. */
  readonly names?: readonly string[];
  /** The rows of a CSV file; undefined for a run. */
  readonly rows?: readonly number[];
}

/**
 * A second file's images in the order of the first: by their names where both files have some, else as they stand.
 * @throws UserError when the two are not about the same images, as far as they tell
 */
export function pairImages(
  first: NamedImages,
  second: NamedImages,
): { readonly items: EvaluatedScores; readonly pairedBy: PairedBy } {
  const [n, other] = [first.items.scores.length, second.items.scores.length];
  if (n !== other) refuse(first, second, `they have ${n} and ${other} images`);
  const byName = first.names && second.names ? orderByName(first, second) : undefined;
  const order = byName ?? Int32Array.from({ length: n }, (_, i) => i);
  const pairedBy = byName ? "name" : "order";
  const items = inOrder(second.items, order);
  const requireEqual = (what: string, a: ArrayLike<number>, b: ArrayLike<number>) => {
    const at = Array.from(a).findIndex((value, i) => value !== b[i]);
    if (at === -1) return;
    const place = placeInWords(first, at, second, valueAt(order, at));
    refuse(first, second, `they have another ${what} ${place}`, pairedBy);
  };
  requireEqual("class", first.items.positive, items.positive);
  const [ours, theirs] = [first.items.groups, items.groups];
  if (ours && theirs) requireEqual("patient", numberedGroups(n, ours).of, numberedGroups(n, theirs).of);
  return { items, pairedBy };
}

function refuse(
  { file }: NamedImages,
  { file: other }: NamedImages,
  why: string,
  pairedBy?: PairedBy,
): never {
  throw new UserError(
    `${file} and ${other} are not about the same images: ${why}.`,
    pairedBy === "order"
      ? "Give predictions of the same images, in the same order, or with a column in both that names the image: --image NAME."
      : "Give predictions of the same images.",
  );
}

/** Where two files differ: "in row 4", "for test/a.png", or "of image 3". */
function placeInWords(first: NamedImages, at: number, second: NamedImages, atSecond: number): string {
  if (first.names && second.names) return `for ${valueAt(first.names, at)}`;
  if (!first.rows || !second.rows) return `of image ${at + 1}`;
  const [row, other] = [valueAt(first.rows, at), valueAt(second.rows, atSecond)];
  return row === other ? `in row ${row}` : `in rows ${row} and ${other}`;
}

/** For each image of the first file its place in the second. */
function orderByName(first: NamedImages, second: NamedImages): Int32Array {
  const names = [first, second].map((images) => (images.names ?? []).map(plainPath));
  const bases = names.map((paths) => paths.map((name) => name.slice(name.lastIndexOf("/") + 1)));
  // The same file may be named from another folder on.
  const found = placesOf(names) ?? placesOf(bases);
  if (found) return found;
  const [ours = [], theirs = []] = names;
  const known = new Set(theirs);
  const missing = ours.filter((name) => !known.has(name));
  throw new UserError(
    `${first.file} and ${second.file} are not about the same images: ${missing.length} of ${ours.length} are only in ` +
      `the first, such as ${missing[0] ?? ""}.`,
    "Give predictions of the same images; --image NAME says which column names them, and --no-image pairs the rows in their order.",
  );
}

/** Where each name of the first list stands in the second; undefined unless both have the same names, each once. */
function placesOf([ours = [], theirs = []]: readonly (readonly string[])[]): Int32Array | undefined {
  const places = new Map(theirs.map((name, i) => [name, i]));
  if (places.size !== theirs.length || new Set(ours).size !== ours.length) return undefined;
  const found = ours.map((name) => places.get(name) ?? -1);
  return found.includes(-1) ? undefined : Int32Array.from(found);
}

const plainPath = (name: string): string => name.replaceAll("\\", "/").replace(/^(\.\/)+/, "");

function inOrder(items: EvaluatedScores, order: Int32Array): EvaluatedScores {
  const { groups } = items;
  const bytes = (values: Uint8Array) => Uint8Array.from(order, (i) => valueAt(values, i));
  return {
    scores: Float64Array.from(order, (i) => valueAt(items.scores, i)),
    positive: bytes(items.positive),
    ...(items.called && { called: bytes(items.called) }),
    ...(groups && { groups: groupsInOrder(groups, order) }),
  };
}

function groupsInOrder(groups: Groups, order: Int32Array): Int32Array {
  const { of } = numberedGroups(groups.length, groups);
  return Int32Array.from(order, (i) => valueAt(of, i));
}
