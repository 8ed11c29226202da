import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkOptions } from "../core/checkOptions.js";
import type { BinaryScores } from "./BinaryScores.js";
import { mostMisses } from "./binomial.js";
import { checkNumber } from "../core/checkNumber.js";
import type { Groups } from "./Groups.js";
import { lowestPositives } from "./lowestPositives.js";
import { valueAt } from "../core/valueAt.js";

/** A threshold with a promise, or why there is none. */
export interface RecallGuarantee {
  /**
   * The share of patients with a positive image of whom all positive images are found, or of positive images where patients
   * are not known, in 0..1.
   */
  readonly recall: number;
  /** The probability with which the promise is kept. */
  readonly confidence: number;
  /** The highest threshold that can be promised; null where there are too few patients. */
  readonly threshold: number | null;
  /** Patients with a positive item, or positive items where patients are not known. */
  readonly units: number;
  /** The fewest units with which any threshold can be promised. */
  readonly needed: number;
  /** How many of the units may have an image below the threshold; -1 where there are too few. */
  readonly allowedMisses: number;
  /** How many of the units have one. */
  readonly misses: number;
}

/** What a promise is about. */
export interface RecallGuaranteeOptions {
  /** Whom each item belongs to, such as its patient. @default each item is a unit of its own */
  readonly groups?: Groups;
  /** The probability with which the promise is to be kept. @default 0.95 */
  readonly confidence?: number;
}

/**
 * The highest threshold of which can be said, with a given confidence, that in at least a share of the patients all
 * positive images are found: of new patients, drawn as these were. Thresholds are tested from the lowest one on, each
 * with the exact binomial test, until the first that is not refuted ("Learn then Test", Angelopoulos et al., 2021, with a
 * fixed sequence; Wilks, 1941). A patient counts by the lowest score of the positive images, so that images of one patient
 * may go together as they like.
 *
 * Choose it on patients that neither trained the net nor are reported on.
 * @throws UserError when a share is out of range, or there is not one group for each item
 */
export function recallGuarantee(
  scored: BinaryScores,
  recall: number,
  options: RecallGuaranteeOptions = {},
): RecallGuarantee {
  checkArguments("recallGuarantee(interp.binary().scored, 0.95)", { scored: [scored, scoredItems] });
  checkOptions("recallGuarantee()", options, { groups: "list", confidence: "number" });
  const { groups, confidence = 0.95 } = options;
  checkNumber("recall", recall, { above: 0, below: 1 });
  checkNumber("confidence", confidence, { above: 0, below: 1 });
  const delta = 1 - confidence;
  const values = lowestPositives(scored, groups).sort();
  // Rounded first: ln 0.05 / ln r may be a whole number and a last digit.
  const needed = Math.ceil(Number((Math.log(delta) / Math.log(recall)).toFixed(9)));
  const about = { recall, confidence, units: values.length, needed };
  const allowedMisses = mostMisses(values.length, recall, delta);
  const threshold = allowedMisses < 0 ? null : valueAt(values, allowedMisses);
  const misses = threshold === null ? 0 : values.filter((score) => score < threshold).length;
  return withFields("Threshold with a promised recall", { ...about, threshold, allowedMisses, misses });
}
