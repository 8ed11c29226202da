import { UserError } from "../../core/errors.js";
import { type Metric, type MetricClasses, type MetricDescription, metricName, named } from "./metrics.js";

/** A metric's column in the training table. */
export interface MetricColumn extends MetricDescription {
  readonly metric: Metric;
  /** As the learner was given it: a function without a name is called by another one. */
  readonly given: Metric;
  /** What callbacks monitor it by, such as "recall". */
  readonly name: string;
  /** What stands above it, such as "recall of cat". */
  readonly head: string;
}

/** The table's own columns. */
const taken = ["epoch", "train_loss", "valid_loss", "time"];

/**
 * The columns of a learner's metrics. One whose function has no name is called after its place: `metric_2`.
 * @throws UserError when a metric does not suit the classes, or two columns would have the same name
 */
export function metricColumns(metrics: readonly Metric[], of: MetricClasses): MetricColumn[] {
  const columns = metrics.map((given, i) => {
    const metric = given.name === "" ? withName(`metric_${i + 1}`, given) : given;
    const name = metricName(metric);
    requireNoOldCheck(given, name);
    const description = metric.describe?.(of);
    return { ...description, metric, given, name, head: description?.head ?? name };
  });
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => taken.includes(name) || names.indexOf(name) !== i);
  if (twice !== undefined) {
    const what = taken.includes(twice)
      ? "A metric is called as a column of the table"
      : "Two metrics are called";
    throw new UserError(
      `${what}: ${twice}.`,
      "Leave one out, or give it a function of another name: `function other(input) { return metric(input); }`.",
    );
  }
  return columns;
}

/** The same metric; its own function keeps its name, or its lack of one. */
function withName(name: string, metric: Metric): Metric {
  const { whole, higherIsBetter, takesLabels, describe } = metric;
  return named(
    name,
    Object.assign((input: Parameters<Metric>[0]) => metric(input), {
      whole,
      higherIsBetter,
      takesLabels,
      describe,
    }),
  );
}

/** The compiler does not see what `Object.assign` gives a function: its check would be left out without a word. */
function requireNoOldCheck(metric: Metric, name: string): void {
  if (!("requireClasses" in metric)) return;
  throw new UserError(
    `The metric ${name} has requireClasses, which is not asked any more.`,
    "Give it `describe`, a function of the classes, which throws where they do not suit.",
  );
}
