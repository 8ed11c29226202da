import { aText, checkArguments } from "../../core/checkArguments.js";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type DicomParser from "dicom-parser";
import { part10 } from "./part10.js";
import { readPart } from "../../core/readPart.js";

/** Drawn for this process alone: nobody can try out which patient a hash stands for, nor tell that two programs saw the same. */
const salt = randomBytes(32);

/** The patient stands near the beginning; what comes before is rarely as long as this. */
const beginning = 2 ** 16;

const patientId = "x00100020";
/** The elements are sorted: what comes behind the patient's need not be read. */
const untilTag = "x00100030";

/**
 * The patient of a DICOM image, for `groupBy`: a salted hash of the patient's identifier (0010,0020), which is the same for
 * images of one patient in one process and tells nothing else. An image without an identifier is a patient of its own.
 */
export function dicomPatient(file: string): string {
  checkArguments("dicomPatient(file)", { file: [file, aText] });
  return createHmac("sha256", salt)
    .update(identifierIn(file) ?? `file ${file}`)
    .digest("hex");
}

/** Whether a file is a DICOM image that says whose it is. */
export const namesPatient = (file: string): boolean => identifierIn(file) !== undefined;

function identifierIn(file: string): string | undefined {
  try {
    return identifier(readPart(file, beginning)) ?? undefined;
  } catch {
    // Cut within an element, or deflated.
  }
  try {
    return identifier(readFileSync(file));
  } catch {
    // No DICOM file, or a damaged one: whoever decodes it is told.
    return undefined;
  }
}

function identifier(bytes: Uint8Array): string | undefined {
  // Loaded with the first DICOM file; a `PatientOf` cannot wait for an import.
  const parser = createRequire(__filename)("dicom-parser") as typeof DicomParser;
  const id = parser.parseDicom(part10(bytes).bytes, { untilTag }).string(patientId)?.trim();
  return id === "" ? undefined : id;
}
