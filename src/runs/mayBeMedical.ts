import { dataSource, type RunMetrics } from "./RunMetrics.js";

/** Whether a run's images may be of patients: the lesson's, those of which nothing is known, and those whose patients are told. */
export const mayBeMedical = (run: Pick<RunMetrics, "dataset" | "patients" | "groupNoun">): boolean =>
  dataSource(run) !== "other" || (typeof run.patients === "number" && run.groupNoun !== "group");
