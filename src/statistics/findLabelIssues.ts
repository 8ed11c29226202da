import { checkArguments } from "../core/checkArguments.js";
import { checkOneOf } from "../core/checkNumber.js";
import { UserError } from "../core/errors.js";
import { checkOptions } from "../core/checkOptions.js";
import { withFields, withRows } from "../core/resultTables.js";
import { valueAt } from "../core/valueAt.js";
import { labelled } from "./argumentKinds.js";
import { argmax } from "./argmax.js";
import type { ConfusionMatrix } from "./confusionMatrix.js";
import type { Predictions } from "./Predictions.js";
import { requireLabels } from "./predictedClasses.js";
import { mean, sum } from "./sum.js";

/** Which items are suspected; see {@link findLabelIssues}. */
export type LabelIssueFilter = "pruneByNoiseRate" | "confidentLearning";

/** How labels are suspected. */
export interface LabelIssueOptions {
  /**
   * "pruneByNoiseRate": of each label as many as the joint says are of each other class, those that the net is surest of;
   * "confidentLearning": those that were counted themselves as being of another class.
   * @default "pruneByNoiseRate", as in cleanlab
   */
  readonly filterBy?: LabelIssueFilter;
}

/** An item whose label is suspected to be wrong. */
export interface LabelIssue {
  /** Its place among the predictions. */
  readonly index: number;
  /** The class that it is labelled as. */
  readonly given: string;
  /** The class that the net takes it for. */
  readonly predicted: string;
  /** The probability of the label, in 0..1: the lower, the more the label is suspected. */
  readonly selfConfidence: number;
}

/** What {@link findLabelIssues} finds. */
export interface LabelIssues {
  /** From which probability on an item is surely of a class: the mean among those that are labelled so; null: none is. */
  readonly thresholds: readonly (number | null)[];
  /** How many items labelled as the row's class are estimated to be of the column's. */
  readonly confidentJoint: ConfusionMatrix;
  /** The most suspected first. */
  readonly issues: readonly LabelIssue[];
}

/** What a net says of items that have labels. */
export type LabelledProbabilities = Pick<Predictions, "y" | "classes"> & {
  /** `[n, c]` row by row. */
  readonly probs: ArrayLike<number>;
};

/** Probabilities that differ by less are taken as equal, as in cleanlab. */
const slack = 1e-6;

/**
 * Items whose labels are suspected to be wrong, by confident learning (Northcutt, Jiang and Chuang, J Artif Intell Res
 * 70:1373, 2021): the same items in the same order as cleanlab's `find_label_issues` finds.
 * @param preds of images that did not train the net, nor others of the same patients: what a net has learned by heart it
 *   does not doubt
 * @throws UserError for an unknown filter, when an item has no label, and when a probability is none
 */
export function findLabelIssues(preds: LabelledProbabilities, options: LabelIssueOptions = {}): LabelIssues {
  checkArguments("findLabelIssues(preds)", { preds: [preds, labelled] });
  checkOptions("findLabelIssues()", options, { filterBy: "text" });
  const filter = options.filterBy ?? "pruneByNoiseRate";
  checkOneOf("filterBy", filter, ["pruneByNoiseRate", "confidentLearning"]);
  const { y, classes } = preds;
  requireLabels(y);
  requireProbabilities(preds);
  const rows = rowsOf(preds);
  const thresholds = classes.map((_, k) => thresholdOf(rows, y, k));
  const surely = rows.map((row) => sureClass(row, thresholds));
  const joint = confidentJoint(surely, y, classes.length);
  const suspected = filter === "pruneByNoiseRate" ? pruned(rows, y, joint) : offDiagonal(surely, y);
  const issues = [...suspected].flatMap((index): LabelIssue[] => {
    const [row, given] = [valueAt(rows, index), valueAt(y, index)];
    const [own, predicted] = [valueAt(row, given), argmax(row, 0, row.length)];
    // The net agrees with the label, or nearly so.
    if (valueAt(row, predicted) <= own + slack) return [];
    const named = { given: valueAt(classes, given), predicted: valueAt(classes, predicted) };
    return [{ index, ...named, selfConfidence: own }];
  });
  issues.sort((a, b) => a.selfConfidence - b.selfConfidence || a.index - b.index);
  return withFields("Label issues", {
    thresholds: thresholds.map((threshold) => (threshold > 1 ? null : threshold)),
    confidentJoint: joint,
    issues: withRows("Label issues", issues),
  });
}

/** @throws UserError when there are other numbers of them than items and classes, or one is none */
function requireProbabilities({ probs, y, classes: { length: c } }: LabelledProbabilities): void {
  if (y.length === 0 || probs.length !== y.length * c) {
    throw new UserError(
      `There are ${probs.length} probabilities for ${y.length} items of ${c} classes.`,
      "Give one for each item and class, row by row, of at least one item.",
    );
  }
  const label = y.findIndex((each) => each >= c);
  if (label >= 0) {
    throw new UserError(
      `Item ${label} has the label ${y[label] ?? ""}; there are ${c} classes.`,
      `A label is the index of a class, from 0 to ${c - 1}.`,
    );
  }
  for (let i = 0; i < probs.length; i++) {
    const p = probs[i] ?? NaN;
    // Sums of a softmax in single precision may be a little more than 1.
    if (p >= 0 && p <= 1 + slack) continue;
    throw new UserError(
      `The probability of item ${Math.floor(i / c)} for class ${i % c} is ${p}.`,
      "Give probabilities from 0 to 1, such as learn.getPreds() gives.",
    );
  }
}

const rowsOf = ({ probs, classes: { length: c } }: LabelledProbabilities): Float64Array[] =>
  Array.from({ length: probs.length / c }, (_, i) =>
    Float64Array.from({ length: c }, (_, k) => probs[i * c + k] ?? NaN),
  );

/** The mean probability of a class among the items that are labelled so; 2, which none reaches, where there are none. */
function thresholdOf(rows: readonly Float64Array[], y: Int32Array, k: number): number {
  const own = rows.filter((_, i) => y[i] === k).map((row) => valueAt(row, k));
  return own.length === 0 ? 2 : Math.max(2 * slack, mean(own));
}

/** The class that an item surely is of, of several the most probable; undefined: it is surely of none. */
function sureClass(row: Float64Array, thresholds: readonly number[]): number | undefined {
  const sure = thresholds.flatMap((threshold, k) => (valueAt(row, k) >= threshold - slack ? [k] : []));
  return sure.length > 1 ? argmax(row, 0, row.length) : sure[0];
}

/** Counts of label and sure class, scaled to as many items of each label as there are, in whole numbers. */
function confidentJoint(surely: readonly (number | undefined)[], y: Int32Array, c: number): number[][] {
  const counts = Array.from({ length: c }, () => new Array<number>(c).fill(0));
  const labelCounts = new Array<number>(c).fill(0);
  surely.forEach((sure, i) => {
    const label = valueAt(y, i);
    labelCounts[label] = valueAt(labelCounts, label) + 1;
    const row = valueAt(counts, label);
    if (sure !== undefined) row[sure] = valueAt(row, sure) + 1;
  });
  const scaled = counts.map((row, label) => {
    row[label] = Math.max(1, valueAt(row, label));
    return row.map((count) => (count / sum(row)) * valueAt(labelCounts, label));
  });
  const share = y.length / sum(scaled.map(sum));
  return scaled.map((row) => wholeNumbers(row.map((count) => count * share)));
}

/** Rounds, and keeps the sum: where it would err, the numbers are changed that were rounded the furthest. */
function wholeNumbers(row: readonly number[]): number[] {
  const whole = row.map(roundHalfToEven);
  const missing = roundHalfToEven(sum(row)) - sum(whole);
  const step = Math.sign(missing);
  const furthest = row
    .map((value, i) => ({ i, off: step * (value - valueAt(whole, i)) }))
    .sort((a, b) => b.off - a.off);
  for (const { i } of furthest.slice(0, Math.abs(missing))) whole[i] = valueAt(whole, i) + step;
  return whole;
}

const roundHalfToEven = (value: number): number => {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

/**
 * As many items of each label as the joint says are of each other class: those with the largest difference between the
 * other class's probability and the label's. At least one of each label is left.
 */
function pruned(rows: readonly Float64Array[], y: Int32Array, joint: ConfusionMatrix): Set<number> {
  const suspected = new Set<number>();
  prunedCounts(joint).forEach((counts, other) => {
    counts.forEach((count, label) => {
      const own = [...y.keys()].filter((i) => y[i] === label);
      if (label === other || own.length <= 1) return;
      const margin = (i: number): number =>
        valueAt(valueAt(rows, i), other) - valueAt(valueAt(rows, i), label);
      own.sort((a, b) => margin(b) - margin(a) || a - b);
      for (const i of own.slice(0, count)) suspected.add(i);
    });
  });
  return suspected;
}

/** The joint by class and then by label, with at least one item of each label that is of its class. */
function prunedCounts(joint: ConfusionMatrix): number[][] {
  const kept = joint.map((row, label) => {
    const own = Math.max(1, valueAt(row, label));
    const fewer = (own - valueAt(row, label)) / Math.max(1, row.filter((count) => count !== 0).length - 1);
    return row.map((count, k) => (k === label ? own : Math.max(0, count - fewer)));
  });
  return kept.map((_, k) => wholeNumbers(kept.map((row) => valueAt(row, k))));
}

/** Items that are surely of another class than their label's. */
const offDiagonal = (surely: readonly (number | undefined)[], y: Int32Array): Set<number> =>
  new Set(surely.flatMap((sure, i) => (sure !== undefined && sure !== y[i] ? [i] : [])));
