import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";

/** What a row of a table says of an image. */
export interface LabelledRow {
  readonly fname: string;
  readonly label: string;
  /** What a message says in place of it; undefined: the label itself. */
  readonly shown?: string | undefined;
  readonly patient?: string;
  readonly split?: string;
  /** Its line in the file, from 1 on. */
  readonly line: number;
}

/**
 * Rows without those that say once more what an earlier one says of the same image, as tables have them that list every
 * finding of an image by its place in it. Says how many there were.
 * @param file for messages
 * @throws UserError when rows of one image disagree
 */
export function withoutRepeats<Row extends LabelledRow>(rows: readonly Row[], file: string): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const key = path.normalize(row.fname).normalize("NFC");
    const before = first.get(key);
    if (before === undefined) first.set(key, row);
    else requireSame(before, row, file);
  }
  const repeats = rows.length - first.size;
  if (repeats > 0) {
    currentDisplay().text(
      `${repeats} of the ${rows.length} rows of ${file} say once more what another row says of its image, and count once: ` +
        `${first.size} images.`,
    );
  }
  return [...first.values()];
}

function requireSame(one: LabelledRow, other: LabelledRow, file: string): void {
  const said = [
    ["labels", one.label, other.label],
    ["patients", one.patient, other.patient],
    ["sides of the split", one.split, other.split],
  ] as const;
  const [what, first, second] = said.find(([, a, b]) => a !== b) ?? [];
  if (what === undefined) return;
  // Whose image it is is not repeated.
  const isSeveral = what === "labels" && one.shown !== undefined;
  const [a, b] = isSeveral ? [one.shown, other.shown] : [first, second];
  // Labels that are not known are not shown.
  const values = what === "patients" || a === b ? "" : `, ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  throw new UserError(
    `Rows ${one.line} and ${other.line} of ${file} give ${one.fname} two ${what}${values}.`,
    what === "labels" && !isSeveral
      ? "An image has one label here: write one row for each image, with the label that is meant."
      : "Correct one of them.",
  );
}
