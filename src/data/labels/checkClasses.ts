import { UserError } from "../../core/errors.js";
import { mayBeMissing } from "./missingValue.js";
import { namesInWords } from "../../core/namesInWords.js";

/** Classes that most sets have fewer of; above, one in so few images is rather an image's name or patient. */
const many = 20;
const fewImages = 3;
/** The same for small sets: nearly as many classes as images. */
const some = 5;
const hardlyAny = 1.5;

/** An image by its class. */
interface OfClass {
  readonly class: string;
}

/**
 * Looks at the classes of labelled images as a person would.
 * @returns a sentence for each oddity
 * @throws UserError when two classes differ in nothing that can be seen, or only in upper and lower case
 */
export function checkClasses(train: readonly OfClass[], valid: readonly OfClass[]): string[] {
  const counts = new Map<string, number>();
  for (const { class: name } of [...train, ...valid]) counts.set(name, (counts.get(name) ?? 0) + 1);
  requireDistinct(counts);
  const names = [...counts.keys()];
  return [noteOfMissing(names), noteOfSeveral(names), noteOfMany(names, train.length + valid.length)].filter(
    (note) => note !== "",
  );
}

/** "Normal", "NORMAL " and "normal", or 1 and 1.0, are one class to whoever wrote them. */
function requireDistinct(counts: ReadonlyMap<string, number>): void {
  const alike = new Map<string, string[]>();
  for (const name of counts.keys()) {
    const seen = seenAs(name);
    alike.set(seen, [...(alike.get(seen) ?? []), name]);
  }
  const groups = [...alike.values()].filter((group) => group.length > 1);
  if (groups.length === 0) return;
  const counted = (name: string): string => {
    const count = counts.get(name) ?? 0;
    return `${JSON.stringify(name)} (${count} ${count === 1 ? "image" : "images"})`;
  };
  const told = groups.slice(0, 3).map((group) => group.map(counted).join(" and "));
  throw new UserError(
    `Classes differ only in upper and lower case, blanks or the form of their characters or numbers: ${told.join("; ")}.`,
    "Give them one name: rename the folders, or change the labels.",
  );
}

/** A number in one form: "1.0", "01" and "+1" as "1". Of longer ones the last digits would be lost. */
const oneForm = (name: string): string =>
  name.length <= 15 && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(name) ? String(Number(name)) : name;

/** A name without what the eye passes over: case, blanks, underscores, kinds of dashes, invisible and wide characters. */
const seenAs = (name: string): string =>
  oneForm(
    name
      .normalize("NFKC")
      .replace(/\p{Cf}/gu, "")
      .replace(/\p{Pd}/gu, "-")
      .replace(/[\s_]+/g, " ")
      .trim()
      .toLowerCase(),
  );

/** Images without a class are no class. */
function noteOfMissing(names: readonly string[]): string {
  const missing = names.filter(mayBeMissing);
  if (missing.length === 0) return "";
  return (
    `Warning: ${namesInWords(missing)} ${missing.length === 1 ? "is a class" : "are classes"} by name, and may stand ` +
    "for images without a label. If so, leave these images out."
  );
}

/** Labels such as "Effusion|Infiltration", where one image has several findings. */
function noteOfSeveral(names: readonly string[]): string {
  const known = new Set(names.map(seenAs));
  const several = names.filter((name) => {
    if (mayBeMissing(name)) return false;
    if (/^\[.*,.*\]$/.test(name)) return true;
    const parts = name.split(/[|;,/+&]/).map(seenAs);
    return parts.length > 1 && (name.includes("|") || parts.some((part) => known.has(part)));
  });
  const [first] = several;
  if (first === undefined) return "";
  return (
    `Warning: ${several.length} of the ${names.length} classes look like several labels in one (such as ` +
    `"${first}"). Each combination is a class of its own; of a table, labelDelim of fromCsv says what stands between labels.`
  );
}

function noteOfMany(names: readonly string[], images: number): string {
  const isOdd = (from: number, each: number): boolean => names.length > from && names.length * each > images;
  if (!isOdd(many, fewImages) && !isOdd(some, hardlyAny)) return "";
  return (
    `Warning: the ${images} images have ${names.length} classes (${namesInWords(names)}). If these are patients or ` +
    "files, check which folder or column names the class."
  );
}
