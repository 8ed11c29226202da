import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkOptions } from "../core/checkOptions.js";
import type { BinaryScores } from "./BinaryScores.js";
import { calledFrom } from "./classShares.js";
import { clusteredMcNemar } from "./clusteredMcNemar.js";
import { aucCovariance, aucParts, compareAucs } from "./deLong.js";
import { doubtOfThreshold, evenThreshold } from "./doubtOfThreshold.js";
import { type Groups, numberedGroups } from "./Groups.js";
import { mcNemar } from "./mcNemar.js";
import { absentMeasure, finiteOrNull, type Measure, measure } from "./Measure.js";
import { sum } from "./sum.js";
import { valueAt } from "../core/valueAt.js";

/** A difference, and the probability of one at least as large where there is none; null where it does not exist. */
export interface TestedDifference extends Measure {
  /** Two-sided. */
  readonly p: number | null;
}

/** Two models on the same items; differences above 0 are in favour of the first. */
export interface Comparison {
  /** From which score on each calls an item positive; null where it goes by the most probable class of several. */
  readonly thresholds: readonly [first: number | null, second: number | null];
  /** Areas under the ROC curve of the first and the second. */
  readonly aucs: readonly [first: number | null, second: number | null];
  /** The first area less the second. */
  readonly aucDifference: TestedDifference;
  /** The share of items on which the second errs, less that on which the first does. */
  readonly errorDifference: TestedDifference;
  /** Items that only the first gets right. */
  readonly onlyFirst: number;
  /** Items that only the second gets right. */
  readonly onlySecond: number;
  /** McNemar's exact p value, which takes items as independent. */
  readonly mcNemarP: number;
}

/** A model's scores, and what it calls the items. */
export interface ComparedScores extends BinaryScores {
  /** 1 where the item is called positive, `[n]`. @default by the threshold */
  readonly called?: Uint8Array;
}

/** How two models are compared. */
export interface CompareScoresOptions {
  /** An item with a score from here on is called positive by a model that does not say what it calls them. @default 0.5 */
  readonly threshold?: number;
  /** The same of the second model; null where there is none, since it says what it calls them. @default the first's */
  readonly secondThreshold?: number | null;
  /** Whom each item belongs to; undefined: items are taken as independent. */
  readonly groups?: Groups;
}

/**
 * The differences of two models' areas and errors on the same items, with intervals and tests that take groups into
 * account (Obuchowski, 1997 and 1998).
 * @throws UserError when the items are not the same, or a score is not a number
 */
export function compareScores(
  first: ComparedScores,
  second: ComparedScores,
  options: CompareScoresOptions = {},
): Comparison {
  checkArguments("compareScores(first, second)", {
    first: [first, scoredItems],
    second: [second, scoredItems],
  });
  checkOptions("compareScores()", options, { threshold: "any", secondThreshold: "any", groups: "list" });
  const { groups } = options;
  const threshold = options.threshold ?? (first.called ? null : 0.5);
  const { secondThreshold = threshold } = options;
  const right = ({ scores, positive, called }: ComparedScores, from: number | null): boolean[] =>
    Array.from(
      called ?? calledFrom(scores, from ?? evenThreshold),
      (flag, i) => flag === valueAt(positive, i),
    );
  const [a, b] = [right(first, threshold), right(second, secondThreshold)];
  const { difference, interval, p, onlyFirst, onlySecond } = clusteredMcNemar(a, b, groups);
  const { count } = numberedGroups(a.length, groups);
  const doubt = (
    [
      [first, threshold],
      [second, secondThreshold],
    ] as const
  )
    .map(([{ called, scores }, from]) =>
      called ? undefined : doubtOfThreshold(scores, from ?? evenThreshold),
    )
    .find((each) => each !== undefined);
  const remark =
    count < 2
      ? { absent: `there is only one ${groups ? "group of images" : "image"}: no interval and no test` }
      : Number.isNaN(p)
        ? { absent: `in no ${groups ? "group of images" : "image"} do the two models differ: no test` }
        : {};
  return withFields("Two models on the same items; above 0 is in favour of the first", {
    thresholds: [threshold, secondThreshold] as const,
    ...compareAreas(first, second, groups),
    errorDifference: {
      ...measure(difference, interval, { ...remark, ...(doubt !== undefined && { note: doubt }) }),
      p: finiteOrNull(p),
    },
    ...{ onlyFirst, onlySecond, mcNemarP: mcNemar(a, b).p },
  });
}

/** The two areas under the ROC curve and their difference, each with the reason why it, its interval or its test is absent. */
export function compareAreas(
  first: BinaryScores,
  second: BinaryScores,
  groups?: Groups,
): Pick<Comparison, "aucs" | "aucDifference"> {
  const m = sum(first.positive);
  const n = first.positive.length - m;
  if (m === 0 || n === 0) {
    const reason = `${m} positive and ${n} negative images: both classes are needed`;
    return { aucs: [null, null], aucDifference: { ...absentMeasure(reason), p: null } };
  }
  const parts = aucParts(first, groups);
  const aucs = [parts.auc, aucParts(second, groups).auc] as const;
  if (!Number.isFinite(aucCovariance(parts, parts))) {
    const absent = `positives or negatives of only one ${groups ? "group of images" : "image"}: no variance`;
    return { aucs, aucDifference: { ...measure(aucs[0] - aucs[1], [NaN, NaN], { absent }), p: null } };
  }
  const { difference, interval, standardError, p } = compareAucs(first, second, groups);
  const remark = standardError === 0 ? { absent: "the difference has no variance: no test" } : {};
  return {
    aucs,
    aucDifference: {
      ...measure(difference, interval, remark),
      p: standardError === 0 ? null : finiteOrNull(p),
    },
  };
}
