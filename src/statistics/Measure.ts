import { cellOf } from "../core/resultTables.js";
import { withWords } from "../core/withWords.js";

/** A number with its 95% interval, as JSON has it: null where it does not exist, and then why. */
export interface Measure {
  /** The number itself. */
  readonly value: number | null;
  /** The interval's lower end. */
  readonly low: number | null;
  /** The interval's upper end. */
  readonly high: number | null;
  /** Why the number, or its interval, does not exist. */
  readonly absent?: string;
  /** What must be known to read it, such as that an interval of no width is no certainty. */
  readonly note?: string;
}

/** What is said of a number beside its value and interval. */
export type Remark = Pick<Measure, "absent" | "note">;

/** A number and its interval; what is not finite is null. */
export function measure(
  value: number,
  [low, high]: readonly [low: number, high: number],
  remark: Remark = {},
): Measure {
  return inMeasureWords({
    value: finiteOrNull(value),
    low: finiteOrNull(low),
    high: finiteOrNull(high),
    ...remark,
  });
}

/** The same measure, which is shown as one line. */
export const inMeasureWords = <T extends Measure>(found: T): T =>
  withWords(found, () => {
    const { absent, note } = found;
    return [cellOf(found), absent, note].filter((part) => part !== undefined).join("; ");
  });

/** A number that does not exist. */
export const absentMeasure = (absent: string): Measure =>
  inMeasureWords({ value: null, low: null, high: null, absent });

/** JSON has no NaN. */
export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
