import type { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";

/** What is said of each run of a sweep. */
export const seedMeasures = {
  "error rate": (interp) => interp.errorRate().value,
  recall: (interp) => interp.recall().value,
  specificity: (interp) => interp.specificity().value,
  precision: (interp) => interp.precision().value,
  "area under ROC": (interp) => interp.areaUnderRoc(),
} as const satisfies Readonly<Record<string, (interp: ClassificationInterpretation) => number>>;

export type SeedMeasure = keyof typeof seedMeasures;

/** Their names, in the order of the columns. */
export const seedMeasureNames = Object.keys(seedMeasures) as SeedMeasure[];
