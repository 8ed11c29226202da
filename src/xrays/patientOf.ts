import path from "node:path";
import { dicomPatient, namesPatient } from "../data/dicom/dicomPatient.js";
import { imageFiles } from "../data/labels/imageFolder.js";
import type { PatientOf } from "../data/labels/patients.js";
import type { FoundDataset } from "./FoundDataset.js";
import { kermanyPatient } from "./kermanyPatient.js";

/**
 * The patient of an image of a data set, for `groupBy`, where it is known: from the names of Kermany's X-rays; in DICOM
 * files by a salted hash of the patient's identifier, if every training image has one. Drawn images are nobody's. Test images
 * are not looked at.
 * @param dataset what `findDataset` gave
 * @returns undefined where nothing tells whose images they are: each then counts by itself
 */
export function patientOf({ kind, path: folder, train }: FoundDataset): PatientOf | undefined {
  if (kind === "kermany") return kermanyPatient;
  if (kind === "phantom") return undefined;
  return imageFiles(path.join(folder, train)).every(namesPatient) ? dicomPatient : undefined;
}
