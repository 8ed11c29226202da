import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { checkNumber, checkOneOf } from "../../core/checkNumber.js";
import { valueAt } from "../../core/valueAt.js";
import { cohenKappa, kappaWeights, type KappaWeights, matthewsCorrcoef } from "../../statistics/agreement.js";
import { argmaxOfRows } from "../../statistics/argmax.js";
import { averageOf, type Average } from "../../statistics/averageOf.js";
import type { BinaryScores } from "../../statistics/BinaryScores.js";
import { classCounts, type ConfusionMatrix, countConfusions } from "../../statistics/confusionMatrix.js";
import { type Counts, fBetaOf, precisionOf, recallOf } from "../../statistics/Counts.js";
import { ofClass, positiveClass } from "../../statistics/positiveClass.js";
import { auroc as areaOf } from "../../statistics/rocCurve.js";
import { logOdds } from "../../statistics/softmax.js";
import { mean } from "../../statistics/sum.js";
import {
  type Metric,
  type MetricClasses,
  type MetricDescription,
  type MetricInput,
  named,
  nameWith,
  requireInput,
} from "./metrics.js";

/** Which class a metric speaks of. */
export interface BinaryMetricOptions {
  /**
   * The class that the metric speaks of, by its name or, as fast.ai's `pos_label`, by its index.
   * @default the learner's positive class: of two the one that is not a word for normal, else the second, as in fast.ai
   */
  readonly posLabel?: number | string;
}

/** Which class a metric speaks of, or how it takes all of them together. */
export interface AverageOptions extends BinaryMetricOptions {
  /** @default "binary" where there are two classes or a positive one is given, else "macro", as in fast.ai */
  readonly average?: Average;
}

const binaryKinds: OptionKinds<BinaryMetricOptions> = { posLabel: ["number", "text"] };
const averageKinds: OptionKinds<AverageOptions> = { ...binaryKinds, average: "text" };

/**
 * The share of items predicted to be of the class that are, in 0..1; NaN where none is predicted (fast.ai's
 * `Precision`).
 * @throws UserError for an unknown average; a learner refuses a class that its data do not have
 */
export function precision(options: AverageOptions = {}): Metric {
  checkOptions("precision()", options, averageKinds);
  return averaged(
    ["precision"],
    options,
    (counts) => precisionOf(counts).value,
    "no image is predicted to be",
  );
}

/**
 * The share of the class's items that are predicted to be of it, in 0..1; NaN where there is none (fast.ai's `Recall`).
 * @throws UserError as `precision`
 */
export function recall(options: AverageOptions = {}): Metric {
  checkOptions("recall()", options, averageKinds);
  return averaged(["recall"], options, (counts) => recallOf(counts).value, "no image is of");
}

/**
 * (1 + beta^2) P R / (beta^2 P + R), the mean of precision P and recall R that weighs recall beta times as much; 0
 * where either is nothing (fast.ai's `FBeta`).
 * @throws UserError as `precision`, and for a beta that is not above 0
 */
export function fBeta(given: AverageOptions & { readonly beta?: number } = {}): Metric {
  checkOptions("fBeta()", given, { beta: "number", ...averageKinds });
  const { beta, ...options } = given;
  const weight = checkNumber("beta", beta ?? 2, { above: 0 });
  return averaged(["fBeta", beta], options, (counts) => fBetaOf(counts, weight));
}

/**
 * See `cohenKappa` (fast.ai's `KappaScore`, which fails without weights).
 * @throws UserError for unknown weights
 */
export function kappaScore(options: { readonly weights?: KappaWeights } = {}): Metric {
  checkOptions("kappaScore()", options, { weights: "text" });
  const weights = kappaWeights(options.weights ?? "none");
  const describe = () => ({
    head: weights === "none" ? "kappa_score" : `kappa_score, ${weights} weights`,
    nanWhere: "all images are, and are predicted to be, of one class",
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
  checkOptions("auroc()", options, binaryKinds);
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
    const labels = label === undefined ? Array.from({ length: input.c }, (_, k) => k) : [label];
    return mean(labels.map((k) => areaOf(scoresOf(input, k))));
  });
}

/** One class's outputs against the rest: their log-odds, which do not round to 1 as its probability does. */
function scoresOf({ logits, c, y }: MetricInput, label: number): BinaryScores {
  return {
    scores: Float64Array.from(y, (_, i) => logOdds(logits.subarray(i * c, (i + 1) * c), label)),
    positive: Uint8Array.from(y, (actual) => (actual === label ? 1 : 0)),
  };
}

/**
 * @param nanWhere when it is NaN, up to the class; undefined where it never is
 */
function averaged(
  [base, beta]: readonly [name: string, beta?: number],
  options: AverageOptions,
  of: (counts: Counts) => number,
  nanWhere?: string,
): Metric {
  const { posLabel, average } = options;
  if (average !== undefined) checkOneOf("average", average, averages);
  const describe = (classes: MetricClasses): MetricDescription => {
    const measure = base === "fBeta" ? `f${beta ?? 2}` : base;
    const means: Partial<Record<Average, string>> = {
      micro: ", all images together",
      macro: ofClass(classes.classes, undefined),
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
    const classes = classCounts(confusion(input));
    if (average !== undefined && average !== "binary") return averageOf(classes, average, of);
    // As in fast.ai, "binary" of more than two classes without a positive one is their mean.
    return label === undefined ? averageOf(classes, "macro", of) : of(valueAt(classes, label));
  });
}

const averages = ["binary", "micro", "macro", "weighted"] as const satisfies readonly Average[];

/** The highest output is predicted, the first of equals. */
const confusion = ({ logits, c, y }: MetricInput): ConfusionMatrix =>
  countConfusions(argmaxOfRows(logits, c), y, c);

/** A metric of the whole set, not a mean over its batches, with the name of its column; higher is better. */
const whole = (
  name: string,
  describe: Metric["describe"],
  metric: (input: MetricInput) => number,
): Metric => {
  const checked: Metric = (input) => {
    requireInput(checked, input);
    return metric(input);
  };
  return named(name, Object.assign(checked, { whole: true, higherIsBetter: true, describe }));
};

/** The class that a metric speaks of, for its head and for the sentence about NaN. */
function spokenOf(posLabel: number | string | undefined, { classes, positive }: MetricClasses) {
  const chosen = posLabel ?? positive;
  const name = chosen === undefined ? undefined : positiveClass(classes, chosen, "posLabel")?.name;
  return {
    words: ofClass(classes, name),
    each: name ?? "one of the classes",
    ofPositive: name !== undefined && posLabel === undefined,
  };
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
