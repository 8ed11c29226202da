import { currentDisplay } from "../core/Display.js";
import { positiveClass } from "../statistics/positiveClass.js";
import { UserError } from "../core/errors.js";
import type { DataBunch } from "./DataBunch.js";
import type { LearnerOptions } from "./LearnerOptions.js";
import { type MetricColumn, metricColumns } from "./metrics/metricColumns.js";
import { type Metric, type MetricClasses, metricName } from "./metrics/metrics.js";

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
  { classes, isMultiLabel = false }: Pick<DataBunch, "classes" | "isMultiLabel">,
  { metrics = [], positiveClass: given }: Pick<LearnerOptions, "metrics" | "positiveClass">,
): LearnerMetrics {
  requireSuitable(metrics, isMultiLabel);
  if (isMultiLabel && given !== undefined) {
    throw new UserError(
      `positiveClass is ${JSON.stringify(given)}, and the images may have several labels.`,
      "Leave it out: each label is asked about by itself.",
    );
  }
  const positive = isMultiLabel ? undefined : positiveClass(classes, given);
  const of = { classes, positive: positive?.label };
  const columns = metricColumns(metrics, of);
  if (positive?.remark !== undefined && columns.some(({ ofPositive }) => ofPositive)) {
    currentDisplay().text(positive.remark);
  }
  return { columns, of, positiveClass: positive?.name };
}

/** @throws UserError when a metric is of the other kind of data */
function requireSuitable(metrics: readonly Metric[], isMultiLabel: boolean): void {
  const other = metrics.find(({ takesLabels = false }) => takesLabels !== isMultiLabel);
  if (!other) return;
  throw new UserError(
    isMultiLabel
      ? `The metric ${metricName(other)} is of images of one class each, and these may have several labels.`
      : `The metric ${metricName(other)} is of images that may have several labels, and these have one class each.`,
    isMultiLabel
      ? "Take accuracyThresh(), fBetaThresh() or labelAuroc(), or give a metric of your own `takesLabels: true`."
      : "Take errorRate, accuracy, auroc() or another one for them.",
  );
}
