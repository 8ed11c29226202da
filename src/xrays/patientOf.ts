import { checkArguments, having } from "../core/checkArguments.js";
import path from "node:path";
import { dicomPatient, namesPatient } from "../data/dicom/dicomPatient.js";
import { imageFiles } from "../data/labels/imageFolder.js";
import type { PatientOf } from "../data/labels/patients.js";
import type { FoundDataset } from "./FoundDataset.js";
import { kermanyPatient } from "./kermanyPatient.js";

const found = having("what findDataset() gives", "kind", "path", "train");

/**
 * The patient of an image of a data set, for `groupBy`, where it is known: from the names of Kermany's X-rays; in DICOM
 * files by a salted hash of the patient's identifier, if every training image has one. Drawn images are nobody's. Test images
 * are not looked at.
 * @param dataset what `findDataset` gave
 * @returns undefined where nothing tells whose images they are: each then counts by itself
 */
export function patientOf(dataset: FoundDataset): PatientOf | undefined {
  checkArguments("patientOf(await findDataset())", { dataset: [dataset, found] });
  const { kind, path: folder, train } = dataset;
  if (kind === "kermany") return kermanyPatient;
  if (kind === "phantom") return undefined;
  return imageFiles(path.join(folder, train)).every(namesPatient) ? dicomPatient : undefined;
}
