import {
  type ArgumentKind,
  aFunction,
  aText,
  checkArguments,
  listOf,
  texts,
} from "../../core/checkArguments.js";
import { statSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { UserError, messageOf } from "../../core/errors.js";
import { indented } from "../../core/indented.js";
import type { LabelledFile } from "./imageFolder.js";
import { firstGroup, groupsOf, isPattern, searchable } from "./pathPattern.js";

/** Missing files an error names one by one. */
const maxListed = 10;

const aList = listOf("a list", () => true);

/** The class of an image, by its absolute path. */
export type LabelOf = (file: string) => string;

/**
 * Files with the label each has in a list of the same length, in the list's order. Labels are brought to Unicode's
 * form NFC, as those of folders are.
 * @param fnames absolute, or below `root`
 * @throws UserError when the lengths differ, a file is missing or listed twice, or a label is empty or no text
 */
export function labelFromLists(
  root: string,
  fnames: readonly string[],
  labels: readonly string[],
): LabelledFile[] {
  checkArguments("ImageDataBunch.fromLists(folder, fnames, labels, options)", {
    fnames: [fnames, aList],
    labels: [labels, aList],
  });
  if (fnames.length !== labels.length) {
    throw new UserError(
      `There are ${fnames.length} fnames and ${labels.length} labels.`,
      "Give one label for each file, in the same order.",
    );
  }
  const labelled = fnames.map((fname, k) => ({
    path: onDisk(path.resolve(root, text(fname, "fname", k))),
    class: text(labels[k], "label", k).normalize("NFC"),
  }));
  const seen = new Set<string>();
  for (const file of labelled) {
    if (file.class.trim() === "") {
      throw new UserError(`The label of ${file.path} is empty.`, "Give it a class, or leave the file out.");
    }
    if (seen.has(file.path)) {
      throw new UserError(
        `${file.path} is listed twice.`,
        "List each file once: one that trains and validates makes the error rate look better than it is.",
      );
    }
    seen.add(file.path);
  }
  const missing = labelled.filter((file) => !isFile(file.path));
  if (missing.length > 0) {
    const names = missing.map((file) => file.path);
    throw new UserError(
      `${missing.length} of ${labelled.length} files do not exist:${indented(names, maxListed)}`,
      `File names are taken below ${root}: check them, folder and suffix.`,
    );
  }
  return labelled;
}

/** What the type says already; a list that was read from a file may hold anything. */
function text(value: unknown, what: string, k: number): string {
  if (typeof value === "string") return value;
  throw new UserError(
    `${what} ${k} is ${inspect(value)}, which is no text.`,
    "Give texts, such as String(value) of each.",
  );
}

/** The file's name in the form that the disk has: a Mac's archive writes "ü" as two characters, a list as one. */
const onDisk = (file: string): string =>
  [file, file.normalize("NFD"), file.normalize("NFC")].find(isFile) ?? file;

/** Whether there is a file of this name. */
export function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // No file has such a name: it is too long, or holds a NUL.
    return false;
  }
}

/**
 * Files with the label that a function reads from each one's absolute path.
 * @throws UserError naming the file that gets no label, and as {@link labelFromLists}
 */
export function labelFromFunc(root: string, fnames: readonly string[], labelOf: LabelOf): LabelledFile[] {
  checkArguments("ImageDataBunch.fromNameFunc(folder, fnames, labelFunc, options)", {
    fnames: [fnames, texts],
    labelFunc: [labelOf, aFunction],
  });
  const labels = fnames.map((fname) => {
    const file = path.resolve(root, fname);
    // A function written in a notebook may return anything.
    const label: unknown = labelOf(file);
    if (typeof label === "string" && label !== "") return label;
    throw new UserError(
      `The label function gives ${inspect(label)} for ${file}.`,
      "It must give each file's class as a text that is not empty.",
    );
  });
  return labelFromLists(root, fnames, labels);
}

/**
 * Reads labels by a pattern, searched in the path with "/" between its parts; its first group is the label.
 * @throws UserError when the pattern is none or has no group; the function, when a file does not match
 */
export function labelFromRe(pattern: RegExp | string): LabelOf {
  const search = expression(pattern);
  return (file) => {
    const label = firstGroup(search, file);
    if (label !== undefined) return label;
    throw new UserError(
      `The pattern ${String(search)} finds no label in ${file}.`,
      "Change it so that it matches every file, or give only the files that it matches.",
    );
  };
}

const aPattern: ArgumentKind = {
  words: "a regular expression",
  fits: (value) => isPattern(value) || aText.fits(value),
};

function expression(pattern: RegExp | string): RegExp {
  checkArguments("ImageDataBunch.fromNameRe(folder, fnames, /_(cat|dog)_/, options)", {
    pattern: [pattern, aPattern],
  });
  const given = typeof pattern === "string" ? { source: pattern, flags: "" } : pattern;
  let search: RegExp;
  try {
    search = searchable(given);
  } catch (error) {
    const remedy = "Give a regular expression of JavaScript, such as /_(bacteria|virus)_/.";
    throw new UserError(`The pattern ${given.source} cannot be read: ${messageOf(error)}`, remedy, {
      cause: error,
    });
  }
  if (groupsOf(search) > 0) return search;
  throw new UserError(
    `The pattern ${String(search)} has no group.`,
    "Put the part that is the label in parentheses, such as /_(bacteria|virus)_/.",
  );
}
