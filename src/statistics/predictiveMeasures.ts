import { checkArguments, having } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkNumber } from "../core/checkNumber.js";
import { type Groups, numberedGroups, varianceByGroup } from "./Groups.js";
import { type Measure, measure } from "./Measure.js";
import { z95 } from "./normalDistribution.js";
import { predictiveValues } from "./predictiveValues.js";
import { sigmoid } from "./fitLogistic.js";
import { sum } from "./sum.js";

/** Predictive values at a prevalence. */
export interface PredictiveMeasures {
  /** The share of positives that they are for. */
  readonly prevalence: number;
  /** Positive predictive value there. */
  readonly ppv: Measure;
  /** Negative predictive value there. */
  readonly npv: Measure;
}

const calledItems = having("items by what they are called and what they are", "called", "positive");

/** Items by what they are and what they are called. */
export interface CalledItems {
  /** 1 where the item is called positive, `[n]`. */
  readonly called: Uint8Array;
  /** 1 where it is positive, `[n]`. */
  readonly positive: Uint8Array;
  /** Whom each item belongs to; undefined: each item is a group of its own. */
  readonly groups?: Groups;
}

/**
 * Predictive values at another prevalence than the items' own, by Bayes' rule from sensitivity and specificity. The
 * interval is normal for the logit, which is that of the prevalence and the logarithm of a likelihood ratio, linearised
 * by group.
 * @param prevalence in 0..1, exclusive
 * @throws UserError when the prevalence is out of range, or there is not one group for each item
 */
export function predictiveMeasures(items: CalledItems, prevalence: number): PredictiveMeasures {
  checkArguments("predictiveMeasures({ called, positive }, 0.1)", { items: [items, calledItems] });
  checkNumber("prevalence", prevalence, { above: 0, below: 1 });
  const { called, positive } = items;
  const m = sum(positive);
  const n = positive.length - m;
  if (m === 0 || n === 0) {
    const none = measure(NaN, [NaN, NaN], { absent: "only one class is there" });
    return withFields("Predictive values", { prevalence, ppv: none, npv: none });
  }
  const tpr = sum(called.map((flag, i) => flag * (positive[i] ?? 0))) / m;
  const fpr = sum(called.map((flag, i) => flag * (1 - (positive[i] ?? 0)))) / n;
  const values = predictiveValues(tpr, 1 - fpr, prevalence);
  const value = (which: number, predictive: number): Measure => {
    // Of the items called so: their shares among the positives and among the negatives.
    const [among, other] = which === 1 ? [tpr, fpr] : [1 - tpr, 1 - fpr];
    if (among === 0 && other === 0) {
      return measure(NaN, [NaN, NaN], { absent: "there are no such images" });
    }
    if (among === 0 || other === 0) {
      return measure(predictive, [NaN, NaN], {
        absent: "a likelihood ratio of 0 or infinity has no interval",
      });
    }
    const numbered = numberedGroups(positive.length, items.groups);
    const parts = Float64Array.from(positive, (label, i) => {
      const so = Number(called[i] === which);
      return label === 1 ? (so - among) / (m * among) : -(so - other) / (n * other);
    });
    const half = z95 * Math.sqrt(varianceByGroup(parts, numbered));
    const centre = Math.log(predictive / (1 - predictive));
    const remark = Number.isNaN(half)
      ? { absent: `there is only one ${items.groups ? "group of images" : "image"}: no interval` }
      : {};
    return measure(predictive, [sigmoid(centre - half), sigmoid(centre + half)], remark);
  };
  return withFields("Predictive values", {
    prevalence,
    ppv: value(1, values.positive),
    npv: value(0, values.negative),
  });
}
