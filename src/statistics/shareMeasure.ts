import { clusteredShare, type ShareItems } from "./clusteredShare.js";
import { inMeasureWords, type Measure, measure } from "./Measure.js";

/** A share with its interval. */
export interface ShareMeasure extends Measure {
  /** The numerator. */
  readonly hits: number;
  /** The denominator. */
  readonly of: number;
  /** Patients among the items that the share is about; null where patients are not known. */
  readonly patients: number | null;
  /** How many times larger the variance is than that of as many independent items; null where it cannot be known. */
  readonly designEffect: number | null;
}

/**
 * A share with its interval, or the reason why it has none.
 * @param note what else must be known to read it
 */
export function shareMeasure(items: ShareItems, note?: string): ShareMeasure {
  const { hits, of, value, groups, designEffect, interval } = clusteredShare(items);
  const known = items.groups !== undefined;
  const remark =
    of === 0
      ? { absent: "there are no such images" }
      : Number.isNaN(designEffect)
        ? { absent: `there is only one ${known ? "group of images" : "image"}: no interval` }
        : known && (hits === 0 || hits === of)
          ? { note: "nothing varies: images that belong together count as copies of each other" }
          : {};
  const notes = [note, "note" in remark ? remark.note : undefined].filter((each) => each !== undefined);
  const all = notes.length === 0 ? remark : { ...remark, note: notes.join("; ") };
  return inMeasureWords({
    ...measure(value, interval, all),
    ...{ hits, of },
    patients: known ? groups : null,
    designEffect: Number.isNaN(designEffect) ? null : designEffect,
  });
}
