import { currentDisplay } from "../core/Display.js";
import { positiveClass } from "../statistics/positiveClass.js";
import type { LearnerOptions } from "./LearnerOptions.js";
import { type MetricColumn, metricColumns } from "./metrics/metricColumns.js";
import type { MetricClasses } from "./metrics/metrics.js";

/** A learner's metrics, and what they are told of the classes. */
export interface LearnerMetrics {
  /** Their columns in the training table. */
  readonly columns: readonly MetricColumn[];
  readonly of: MetricClasses;
  /** The class that recall, precision and their kind speak of; undefined: they are means over the classes. */
  readonly positiveClass: string | undefined;
}

/**
 * The metrics that a learner's options ask for. Where one speaks of a positive class that was neither given nor plain
 * from the names, the display says which one it is.
 * @throws UserError when a metric does not suit the classes, two have the same name, or there is no such class
 */
export function learnerMetrics(
  classes: readonly string[],
  { metrics = [], positiveClass: given }: Pick<LearnerOptions, "metrics" | "positiveClass">,
): LearnerMetrics {
  const positive = positiveClass(classes, given);
  const of = { classes, positive: positive?.label };
  const columns = metricColumns(metrics, of);
  if (positive?.remark !== undefined && columns.some(({ ofPositive }) => ofPositive)) {
    currentDisplay().text(positive.remark);
  }
  return { columns, of, positiveClass: positive?.name };
}
