import path from "node:path";
import { inspect } from "node:util";
import { type GroupNoun, groupNounFor, groupsInWords } from "../../core/groupNoun.js";
import { UserError } from "../../core/errors.js";
import type { LabelledFile } from "./imageFolder.js";
import { firstGroup, groupsOf, isPattern, searchable } from "./pathPattern.js";
import { tell } from "../../core/warnings.js";

/** The patient of an image, by its absolute path. */
export type PatientOf = (file: string) => string;

/** How the patient of an image is found: by a function, or by a pattern whose first group is the patient. */
export type GroupBy = PatientOf | RegExp;

/**
 * Who the patient of each file is.
 * @param groupBy undefined: what the labels say
 * @throws UserError naming the file for which a function gives no patient, or how many a pattern does not match
 */
export function patientsOf(
  files: readonly Pick<LabelledFile, "path" | "patient">[],
  groupBy: GroupBy | undefined,
): readonly (string | undefined)[] {
  if (!groupBy) return files.map(({ patient }) => patient);
  if (isPattern(groupBy)) return patientsByPattern(files, groupBy);
  if (isBelow(groupBy)) return patientsByPattern(files, groupBy.pattern, groupBy.root);
  return files.map(({ path: file }) => {
    // A function written in a notebook may return anything.
    const patient: unknown = groupBy(file);
    if (typeof patient === "string" && patient !== "") return patient;
    throw new UserError(
      `groupBy gives ${inspect(patient)} for ${file}.`,
      "It must give each file's patient as a text that is not empty.",
    );
  });
}

/** What the groups of a pattern are called; undefined where a function or the labels tell patients. */
export function nounOf(groupBy: GroupBy | undefined): GroupNoun | undefined {
  const pattern = isBelow(groupBy) ? groupBy.pattern : groupBy;
  return isPattern(pattern) ? groupNounFor(pattern.source) : undefined;
}

/** A pattern that is searched below a folder. */
type PatternBelow = PatientOf & { readonly pattern: RegExp; readonly root: string };

const isBelow = (groupBy: GroupBy | undefined): groupBy is PatternBelow =>
  typeof groupBy === "function" && "pattern" in groupBy;

/**
 * The same, of which a pattern is searched in the part of a path below the data set's folder: what stands above is the same for
 * all images and says nothing of one. Where it finds nothing there, it is searched in the whole path.
 */
export function belowFolder(groupBy: GroupBy | undefined, root: string): GroupBy | undefined {
  if (!isPattern(groupBy)) return groupBy;
  const patient = (file: string): string => patientsByPattern([{ path: file }], groupBy, root)[0] ?? "";
  return Object.assign(patient, { pattern: groupBy, root });
}

/** @throws UserError when a pattern gives all images of a data set the same group: it divides nothing */
export function requireGroups(
  files: readonly Pick<LabelledFile, "path">[],
  groupBy: GroupBy | undefined,
): void {
  if (!isBelow(groupBy) || files.length < 2) return;
  const groups = new Set(patientsOf(files, groupBy));
  if (groups.size > 1) return;
  throw new UserError(
    `groupBy is ${String(groupBy.pattern)}, which puts all ${files.length} images into one group, ${JSON.stringify([...groups][0])}.`,
    "Change it so that its first group tells one patient or one object from another.",
  );
}

function patientsByPattern(
  files: readonly Pick<LabelledFile, "path">[],
  groupBy: RegExp,
  root?: string,
): string[] {
  const pattern = searchable(groupBy);
  const shown = `groupBy is ${String(groupBy)}`;
  if (groupsOf(pattern) === 0) {
    throw new UserError(
      `${shown}, which has no group.`,
      "Put the part that says whose image it is in parentheses, such as /person(\\d+)_/.",
    );
  }
  const found = files.map(({ path: file }) => {
    const isInside = root !== undefined && file.startsWith(root + path.sep);
    return (isInside ? firstGroup(pattern, file.slice(root.length)) : undefined) ?? firstGroup(pattern, file);
  });
  const without = files.filter((_, k) => (found[k] ?? "") === "");
  const [first] = without;
  if (!first) return found.flatMap((patient) => patient ?? []);
  throw new UserError(
    `${shown}, which finds nothing in ${without.length} of ${files.length} paths, such as ${first.path}.`,
    'Change it so that its first group says of every image whose it is; "/" stands between the path\'s parts.',
  );
}

/**
 * A number for the patient of each file, from 0 in the order in which they first appear, so that nobody's name is kept.
 * @returns by path; undefined where it is not known of every file
 * @throws UserError as {@link patientsOf}
 */
export function numberPatients(
  files: readonly LabelledFile[],
  groupBy?: GroupBy,
): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  const byPath = new Map<string, number>();
  const known = patientsOf(files, groupBy);
  for (const [k, file] of files.entries()) {
    const patient = known[k];
    if (patient === undefined) return undefined;
    const number = numbers.get(patient) ?? numbers.size;
    numbers.set(patient, number);
    byPath.set(file.path, number);
  }
  return byPath;
}

/**
 * The files of each patient, patients and files in the files' order; one whose patient nobody tells is by itself.
 * @param groupBy undefined: what the labels say
 * @throws UserError as {@link patientsOf}
 */
export function byPatient(
  files: readonly LabelledFile[],
  groupBy?: GroupBy,
): ReadonlyMap<string | LabelledFile, readonly LabelledFile[]> {
  const patients = new Map<string | LabelledFile, LabelledFile[]>();
  const known = patientsOf(files, groupBy);
  for (const [k, file] of files.entries()) {
    const patient = known[k] ?? file;
    const own = patients.get(patient);
    if (own) own.push(file);
    else patients.set(patient, [file]);
  }
  return patients;
}

/**
 * Says it when patients have images on both sides of a given split: the net may know them again.
 * @param names what the two sides are called
 * @param noun what is called a patient
 * @throws UserError as {@link patientsOf}
 */
export function warnOfSharedPatients(
  train: readonly LabelledFile[],
  valid: readonly LabelledFile[],
  groupBy?: GroupBy,
  [learnedName, testedName] = ["training", "validation"],
  noun = nounOf(groupBy),
): void {
  const [learned, tested] = [byPatient(train, groupBy), byPatient(valid, groupBy)];
  // Patients that nobody tells are files.
  const shared = [...tested].filter(([patient]) => typeof patient === "string" && learned.has(patient));
  if (shared.length === 0) return;
  const images = shared.reduce((sum, [, files]) => sum + files.length, 0);
  tell(
    `Warning: ${shared.length} of the ${groupsInWords(tested.size, noun)} in ${testedName} are also in ${learnedName}, with ${images} ` +
      `of the ${valid.length} ${testedName} images: the error rate looks better than it is.`,
  );
}
