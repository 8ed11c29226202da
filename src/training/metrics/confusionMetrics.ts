import { checkNumber, checkOneOf } from "../../core/checkNumber.js";
import { positiveClass } from "../../statistics/positiveClass.js";
import { cohenKappa, kappaWeights, type KappaWeights, matthewsCorrcoef } from "../../statistics/agreement.js";
import {
  type Metric,
  type MetricClasses,
  type MetricDescription,
  type MetricInput,
  named,
  nameWith,
} from "./metrics.js";
import { argmax } from "../../statistics/argmax.js";

/** Which class a metric speaks of. */
export interface BinaryMetricOptions {
  /**
   * The class that the metric speaks of, by its name or, as fast.ai's `pos_label`, by its index.
   * @default the learner's positive class: of two the one that is not a word for normal, else the second, as in fast.ai
   */
  readonly posLabel?: number | string;
}

/**
 * How the classes' values become one: that of `posLabel` alone; of all items counted together, which is the accuracy;
 * their mean; or their mean by the number of items of each class.
 */
export type Average = "binary" | "micro" | "macro" | "weighted";

/** Which class a metric speaks of, or how it takes all of them together. */
export interface AverageOptions extends BinaryMetricOptions {
  /** @default "binary" where there are two classes or a positive one is given, else "macro", as in fast.ai */
  readonly average?: Average;
}

/** Predictions of one class against the rest, over a whole validation set. */
interface ClassCounts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/**
 * The share of items predicted to be of the class that are, in 0..1; NaN where none is predicted (fast.ai's
 * `Precision`).
 * @throws UserError for an unknown average; a learner refuses a class that its data do not have
 */
export function precision(options: AverageOptions = {}): Metric {
  return averaged(["precision"], options, ({ hits, predicted }) => hits / predicted, "no image is called");
}

/**
 * The share of the class's items that are predicted to be of it, in 0..1; NaN where there is none (fast.ai's `Recall`).
 * @throws UserError as `precision`
 */
export function recall(options: AverageOptions = {}): Metric {
  return averaged(["recall"], options, ({ hits, actual }) => hits / actual, "no image is of");
}

/**
 * (1 + beta^2) P R / (beta^2 P + R), the mean of precision P and recall R that weighs recall beta times as much; 0
 * where either is nothing (fast.ai's `FBeta`).
 * @throws UserError as `precision`, and for a beta that is not above 0
 */
export function fBeta({ beta, ...options }: AverageOptions & { readonly beta?: number } = {}): Metric {
  const square = checkNumber("beta", beta ?? 2, { above: 0 }) ** 2;
  return averaged(["fBeta", beta], options, ({ hits, predicted, actual }) =>
    hits === 0 ? 0 : ((1 + square) * hits) / (square * actual + predicted),
  );
}

/**
 * See `cohenKappa` (fast.ai's `KappaScore`, which fails without weights).
 * @throws UserError for unknown weights
 */
export function kappaScore(options: { readonly weights?: KappaWeights } = {}): Metric {
  const weights = kappaWeights(options.weights ?? "none");
  const describe = () => ({
    head: weights === "none" ? "kappa_score" : `kappa_score, ${weights} weights`,
    nanWhere: "all images are, and are called, of one class",
  });
  const name = nameWith("kappaScore", options.weights);
  return whole(name, describe, (input) => cohenKappa(confusion(input), weights));
}

/** See `matthewsCorrcoef` (fast.ai's `MatthewsCorreff`, which is NaN where this is 0). */
export function matthewsCorreff(): Metric {
  return whole("matthewsCorreff", undefined, (input) => matthewsCorrcoef(confusion(input)));
}

/**
 * The probability that an item of the class has a higher output for it than one that is not, ties counting half: the
 * area under the ROC curve (Hanley and McNeil, 1982). NaN where there is only one of the two, or an output
 * is no number. Of more than two classes without a positive one it is the mean of each class's against the rest.
 */
export function auroc(options: BinaryMetricOptions = {}): Metric {
  const { posLabel } = options;
  const describe = (of: MetricClasses): MetricDescription => {
    const spoken = spokenOf(posLabel, of);
    return {
      head: `auroc${spoken.words}`,
      nanWhere: `the images are all, or none, of ${spoken.each}, or the net's outputs are no numbers`,
      ofPositive: spoken.ofPositive,
    };
  };
  return whole(nameWith("auroc", posLabel), describe, (input) => {
    const label = labelIn(input, posLabel);
    if (label !== undefined) return areaOf(label, input);
    return Array.from({ length: input.c }, (_, k) => areaOf(k, input)).reduce((a, b) => a + b, 0) / input.c;
  });
}

/** Mann and Whitney's statistic of one class's outputs against the rest. */
function areaOf(label: number, { logits, c, y }: MetricInput): number {
  const scored = Array.from(y, (actual, i) => ({
    score: logOdds(logits, i * c, c, label),
    positive: actual === label,
  })).sort((a, b) => a.score - b.score);
  // A net that has diverged: its scores have no order.
  if (scored.some(({ score }) => Number.isNaN(score))) return NaN;
  let [below, pairs] = [0, 0];
  for (let from = 0; from < scored.length;) {
    let to = from;
    while (to < scored.length && scored[to]?.score === scored[from]?.score) to++;
    const tied = scored.slice(from, to);
    const positives = tied.filter(({ positive }) => positive).length;
    const negatives = tied.length - positives;
    pairs += positives * (below + negatives / 2);
    below += negatives;
    from = to;
  }
  return pairs / (below * (scored.length - below));
}

/**
 * @param nanWhere when it is NaN, up to the class; undefined where it never is
 */
function averaged(
  [base, beta]: readonly [name: string, beta?: number],
  options: AverageOptions,
  of: (counts: ClassCounts) => number,
  nanWhere?: string,
): Metric {
  const { posLabel, average } = options;
  if (average !== undefined) checkOneOf("average", average, averages);
  const describe = (classes: MetricClasses): MetricDescription => {
    const measure = base === "fBeta" ? `f${beta ?? 2}` : base;
    const means: Partial<Record<Average, string>> = {
      micro: ", all images together",
      macro: `, mean of ${classes.classes.length} classes`,
      weighted: ", mean weighted by class size",
    };
    const spoken = spokenOf(posLabel, classes);
    const words = (average && means[average]) ?? spoken.words;
    const each = average === undefined || average === "binary" ? spoken.each : "one of the classes";
    return {
      head: `${measure}${words}`,
      nanWhere: nanWhere === undefined ? undefined : `${nanWhere} ${each}`,
      ofPositive: spoken.ofPositive && words === spoken.words,
    };
  };
  return whole(nameWith(base, beta, average, posLabel), describe, (input) => {
    const label = labelIn(input, posLabel);
    const classes = countsOf(input);
    const n = input.y.length;
    // As in fast.ai, "binary" of more than two classes without a positive one is their mean.
    const wanted = average ?? "binary";
    switch (wanted === "binary" && label === undefined ? "macro" : wanted) {
      case "binary":
        return of(classes[label ?? 0] ?? none);
      case "micro":
        return of({ hits: classes.reduce((sum, { hits }) => sum + hits, 0), predicted: n, actual: n });
      case "macro":
        return classes.reduce((sum, counts) => sum + of(counts) / input.c, 0);
      case "weighted":
        return classes.reduce(
          // A class that no item is of weighs nothing, whatever its value.
          (sum, counts) => (counts.actual === 0 ? sum : sum + (counts.actual / n) * of(counts)),
          0,
        );
    }
  });
}

const averages = ["binary", "micro", "macro", "weighted"] as const satisfies readonly Average[];
const none: ClassCounts = { hits: 0, predicted: 0, actual: 0 };

/** The counts of each class. */
function countsOf(input: MetricInput): ClassCounts[] {
  const matrix = confusion(input);
  return matrix.map((row, k) => ({
    hits: row[k] ?? 0,
    predicted: matrix.reduce((sum, other) => sum + (other[k] ?? 0), 0),
    actual: row.reduce((sum, count) => sum + count, 0),
  }));
}

/** Counts, rows actual, columns predicted: the highest output, the first of equals. */
function confusion({ logits, c, y }: MetricInput): number[][] {
  const matrix = Array.from({ length: c }, () => Array.from({ length: c }, () => 0));
  y.forEach((actual, i) => {
    const row = matrix[actual];
    const predicted = argmax(logits, i * c, c);
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  });
  return matrix;
}

/** A metric of the whole set, not a mean over its batches, with the name of its column; higher is better. */
const whole = (name: string, describe: Metric["describe"], metric: (input: MetricInput) => number): Metric =>
  named(name, Object.assign(metric, { whole: true, higherIsBetter: true, describe }));

/** The class that a metric speaks of, for its head and for the sentence about NaN. */
function spokenOf(posLabel: number | string | undefined, { classes, positive }: MetricClasses) {
  const chosen = posLabel ?? positive;
  const name = chosen === undefined ? undefined : positiveClass(classes, chosen, "posLabel")?.name;
  if (name === undefined) {
    return { words: `, mean of ${classes.length} classes`, each: "one of the classes", ofPositive: false };
  }
  return { words: ` of ${name}`, each: name, ofPositive: posLabel === undefined };
}

/**
 * The index of the class that a metric speaks of; undefined: the mean of all.
 * @throws UserError when there is no such class
 */
function labelIn({ c, classes, positive }: MetricInput, posLabel?: number | string): number | undefined {
  // Whoever asks the function itself, without a learner, may know no names; then it is as in fast.ai.
  const names = classes ?? Array.from({ length: c }, (_, k) => `class ${k}`);
  return positiveClass(names, posLabel ?? positive, "posLabel")?.label;
}

/** Rises with the softmax's probability of the class, and does not round to 1 as that does. */
function logOdds(logits: Float32Array, start: number, c: number, label: number): number {
  const others = Array.from(logits.subarray(start, start + c)).filter((_, i) => i !== label);
  const highest = Math.max(...others);
  const sum = others.reduce((total, value) => total + Math.exp(value - highest), 0);
  return (logits[start + label] ?? NaN) - highest - Math.log(sum);
}
