import { checkArguments, having } from "../core/checkArguments.js";
import { withWords } from "../core/withWords.js";
import { type Groups, numberedGroups, sumByGroup, varianceByGroup } from "./Groups.js";
import type { Share } from "./Share.js";
import { wilsonInterval } from "./wilsonInterval.js";

/** A share of items that come in groups, such as images of patients. */
export interface ClusteredShare extends Share {
  /** Groups among the items that the share is about; the items themselves where groups are not known. */
  readonly groups: number;
  /** How many times larger the variance is than that of as many independent items; NaN where it cannot be known. */
  readonly designEffect: number;
  /** 95%, by Wilson's formula with n / designEffect items; NaN where the design effect cannot be known. */
  readonly interval: readonly [low: number, high: number];
}

/** Which items a share is about, and which of them are hits. */
export interface ShareItems {
  /** 1 where the item is a hit, `[n]`. */
  readonly hits: ArrayLike<number>;
  /** 1 where the share is about the item, `[n]`. @default all items */
  readonly among?: ArrayLike<number>;
  /** Whom each item belongs to. @default each item is independent: Wilson's own interval */
  readonly groups?: Groups;
}

/**
 * A share with a 95% interval that takes groups into account: the variance linearised by group, as a design effect in
 * Wilson's interval (Rao and Scott, "A Simple Method for the Analysis of Clustered Binary Data", 1992).
 *
 * Below 1 an estimated design effect is noise, and counts as 1. At a share of 0 or 1 nothing varies that could be
 * estimated: the items of a group are then taken for copies of each other, n²/Σn_k² of them in effect. With one group and
 * a share between, there is no interval.
 * @throws UserError when there is not one group for each item
 */
export function clusteredShare(items: ShareItems): ClusteredShare {
  checkArguments("clusteredShare({ hits: [1, 0, 1] })", { items: [items, shareItems] });
  const { hits, among, groups } = items;
  const chosen = Array.from({ length: hits.length }, (_, i) => i).filter((i) => (among?.[i] ?? 1) === 1);
  const outcomes = Float64Array.from(chosen, (i) => hits[i] ?? 0);
  const n = outcomes.length;
  const of = outcomes.reduce((sum, hit) => sum + hit, 0);
  const about = { hits: of, of: n, value: n === 0 ? NaN : of / n };
  if (groups === undefined) {
    return inWords({
      ...about,
      groups: n,
      designEffect: n === 0 ? NaN : 1,
      interval: wilsonInterval(of, n),
    });
  }
  const all = numberedGroups(hits.length, groups);
  const own = numberedGroups(
    n,
    Int32Array.from(chosen, (i) => all.of[i] ?? 0),
  );
  const effect = about.value > 0 && about.value < 1 ? designEffect(outcomes, own) : copiesEffect(own);
  const used = Math.max(1, effect);
  const interval = wilsonInterval(of / used, n / used);
  return inWords({ ...about, groups: own.count, designEffect: used, interval });
}

const shareItems = having("which items are hits", "hits");

/** As `0.863 = 385/446, 95% CI 0.828 to 0.892`. */
const inWords = (share: ClusteredShare): ClusteredShare =>
  withWords(share, ({ hits, of, value, interval: [low, high] }) => {
    if (of === 0) return "not defined: there is nothing to be a share of";
    const sure = Number.isNaN(low) ? "without an interval" : `95% CI ${low.toFixed(3)} to ${high.toFixed(3)}`;
    return `${value.toFixed(3)} = ${hits}/${of}, ${sure}`;
  });

/**
 * The design effect of a share: its variance by group over that of as many independent items.
 * @param outcomes 0 or 1, `[n]`, not all the same
 * @returns NaN for one group
 */
function designEffect(outcomes: Float64Array, groups: ReturnType<typeof numberedGroups>): number {
  const n = outcomes.length;
  const p = outcomes.reduce((sum, hit) => sum + hit, 0) / n;
  const parts = outcomes.map((hit) => (hit - p) / n);
  return (varianceByGroup(parts, groups) * n) / (p * (1 - p));
}

/** The design effect where all items of a group say the same. */
function copiesEffect(groups: ReturnType<typeof numberedGroups>): number {
  const sizes = sumByGroup(new Uint8Array(groups.of.length).fill(1), groups);
  return sizes.reduce((sum, size) => sum + size * size, 0) / groups.of.length;
}
