import type { PatientOf } from "../data/labels/patients.js";
import type { FoundDataset } from "./FoundDataset.js";
import { kermanyPatient } from "./kermanyPatient.js";

/**
 * The patient of an image of a data set, for `groupBy`, where it is known: from the names of Kermany's X-rays, and of
 * each drawn image one of its own.
 * @param dataset what `findDataset` gave
 * @returns undefined where nothing tells whose images they are: each then counts by itself
 */
export const patientOf = ({ kind }: Pick<FoundDataset, "kind">): PatientOf | undefined =>
  kind === "other" ? undefined : kermanyPatient;
