import { inspect } from "node:util";
import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import type { LabelledFile } from "./imageFolder.js";

/** The patient of an image, by its absolute path. */
export type PatientOf = (file: string) => string;

/**
 * Who the patient of a file is.
 * @param groupBy undefined: what the labels say
 * @throws UserError naming the file for which `groupBy` gives no patient
 */
function patientIn(file: LabelledFile, groupBy: PatientOf | undefined): string | undefined {
  if (!groupBy) return file.patient;
  // A function written in a notebook may return anything.
  const patient: unknown = groupBy(file.path);
  if (typeof patient === "string" && patient !== "") return patient;
  throw new UserError(
    `groupBy gives ${inspect(patient)} for ${file.path}.`,
    "It must give each file's patient as a text that is not empty.",
  );
}

/**
 * A number for the patient of each file, from 0 in the order in which they first appear, so that nobody's name is kept.
 * @returns by path; undefined where it is not known of every file
 * @throws UserError as {@link byPatient}
 */
export function numberPatients(
  files: readonly LabelledFile[],
  groupBy?: PatientOf,
): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  const byPath = new Map<string, number>();
  for (const file of files) {
    const patient = patientIn(file, groupBy);
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
 * @throws UserError naming the file for which `groupBy` gives no patient
 */
export function byPatient(
  files: readonly LabelledFile[],
  groupBy?: PatientOf,
): ReadonlyMap<string | LabelledFile, readonly LabelledFile[]> {
  const patients = new Map<string | LabelledFile, LabelledFile[]>();
  for (const file of files) {
    const patient = patientIn(file, groupBy) ?? file;
    const own = patients.get(patient);
    if (own) own.push(file);
    else patients.set(patient, [file]);
  }
  return patients;
}

/**
 * Says it when patients have images on both sides of a given split: the net may know them again.
 * @param names what the two sides are called
 * @throws UserError as {@link byPatient}
 */
export function warnOfSharedPatients(
  train: readonly LabelledFile[],
  valid: readonly LabelledFile[],
  groupBy?: PatientOf,
  [learnedName, testedName] = ["training", "validation"],
): void {
  const [learned, tested] = [byPatient(train, groupBy), byPatient(valid, groupBy)];
  // Patients that nobody tells are files.
  const shared = [...tested].filter(([patient]) => typeof patient === "string" && learned.has(patient));
  if (shared.length === 0) return;
  const images = shared.reduce((sum, [, files]) => sum + files.length, 0);
  currentDisplay().text(
    `Warning: ${shared.length} of the ${tested.size} patients in ${testedName} are also in ${learnedName}, with ${images} ` +
      `of the ${valid.length} ${testedName} images: the error rate looks better than it is.`,
  );
}
