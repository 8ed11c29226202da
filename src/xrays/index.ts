// The lesson's own: the chest X-rays of Kermany, Zhang and Goldbaum, their patients and causes, the article's numbers.
import { setDefaultDisplay } from "../core/Display.js";
import { createDisplay } from "../display/createDisplay.js";

// An entry point of the package too.
setDefaultDisplay(createDisplay);

export { drawFindingsSet, type FindingsSetOptions } from "./drawFindingsSet.js";
export { findDataset } from "./findDataset.js";
export type { FoundDataset } from "./FoundDataset.js";
export type { DataSource } from "./DataSource.js";
export { showListing } from "./datasetListing.js";
export { kermanyCause } from "./kermanyCause.js";
export { kermanyPatient } from "./kermanyPatient.js";
export { patientOf } from "./patientOf.js";
export { showComparisonWithArticle } from "./compareWithArticle.js";
