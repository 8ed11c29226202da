/** What a person says of an image: it stays as it is, it is left out, or it is of another class. */
export type Mark =
  | { readonly action: "keep" }
  | { readonly action: "delete" }
  | { readonly action: "relabel"; readonly class: string };

/** The mark that an image was given, or that its mark was taken away. */
export interface MarkChange {
  /** The image's place among the audited ones. */
  readonly item: number;
  /** Undefined: none any more. */
  readonly mark?: Mark;
}

/** All that a person has marked, in order, and how much of it has not been undone. */
export interface MarkHistory {
  readonly changes: readonly MarkChange[];
  /** So many of the changes hold; those behind them can be redone. */
  readonly done: number;
}

/** The marks that hold, by the images' places. */
export type Marks = ReadonlyMap<number, Mark>;

export const noMarks: MarkHistory = { changes: [], done: 0 };

/** The history with one mark more; what was undone can then no longer be redone. The mark that an image has already is no change. */
export function setMark(history: MarkHistory, item: number, mark?: Mark): MarkHistory {
  if (areSame(marksOf(history).get(item), mark)) return history;
  const changes = [...history.changes.slice(0, history.done), { item, ...(mark && { mark }) }];
  return { changes, done: changes.length };
}

export const undo = ({ changes, done }: MarkHistory): MarkHistory => ({
  changes,
  done: Math.max(0, done - 1),
});

export const redo = ({ changes, done }: MarkHistory): MarkHistory => ({
  changes,
  done: Math.min(changes.length, done + 1),
});

export function marksOf({ changes, done }: MarkHistory): Marks {
  const marks = new Map<number, Mark>();
  for (const { item, mark } of changes.slice(0, done)) {
    if (mark) marks.set(item, mark);
    else marks.delete(item);
  }
  return marks;
}

/** How many images have each kind of mark. */
export function countMarks(marks: Marks): Record<Mark["action"], number> {
  const counts = { keep: 0, delete: 0, relabel: 0 };
  for (const { action } of marks.values()) counts[action]++;
  return counts;
}

/**
 * A history that was stored as JSON.
 * @param text null: none was stored
 * @returns no marks where it is damaged or about other images and classes
 */
export function readHistory(
  text: string | null,
  { items, classes }: { readonly items: number; readonly classes: readonly string[] },
): MarkHistory {
  try {
    const { changes, done } = JSON.parse(text ?? "") as MarkHistory;
    const fits = ({ item, mark }: MarkChange): boolean =>
      Number.isInteger(item) &&
      item >= 0 &&
      item < items &&
      (mark === undefined ||
        (mark.action === "relabel"
          ? classes.includes(mark.class)
          : ["keep", "delete"].includes(mark.action)));
    const isWhole = Number.isInteger(done) && done >= 0 && done <= changes.length && changes.every(fits);
    return isWhole ? { changes, done } : noMarks;
  } catch {
    return noMarks;
  }
}

const areSame = (one: Mark | undefined, other: Mark | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
