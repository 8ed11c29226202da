import { csvLine } from "../../../core/csvLine.js";
import type { AuditedItem } from "../../DataAudit.js";
import type { Marks } from "./marks.js";

/** An audited image as the page knows it. */
export type ListedItem = Omit<AuditedItem, "path">;

/** Which columns a set has beside file and class. */
export interface CleanedColumns {
  /** Whose image it is, where that is known of any. */
  readonly patient: boolean;
  /** Train, valid or test, where there are several. */
  readonly set: boolean;
}

export const cleanedColumns = (items: readonly ListedItem[]): CleanedColumns => ({
  patient: items.some(({ patient = "" }) => patient !== ""),
  set: new Set(items.map(({ set }) => set)).size > 1,
});

/**
 * The images that stay, with the classes that a person gave them, as `ImageDataBunch.fromCsv` reads them. An image of nobody
 * that is known counts as a patient of its own.
 */
export function cleanedCsv(items: readonly ListedItem[], marks: Marks): string {
  const columns = cleanedColumns(items);
  const line = (file: string, name: string, patient: string, set: string): string =>
    csvLine([file, name, ...(columns.patient ? [patient] : []), ...(columns.set ? [set] : [])]);
  const lines = items.map((item, k) => {
    const mark = marks.get(k);
    if (mark?.action === "delete") return "";
    const name = mark?.action === "relabel" ? mark.class : item.class;
    // An image without a label, of a folder to be predicted, is none of a table of labels.
    if (name === "") return "";
    const { patient = "", set = "" } = item;
    return line(readable(item.file), name, patient === "" ? item.file : patient, set);
  });
  return line("file", "class", "patient", "set") + lines.join("");
}

/** Blanks at the end of a cell are no part of it to whoever reads it: dots that change nothing stand outside of them. */
function readable(file: string): string {
  const before = file.trimStart() === file ? "" : "./";
  const after = file.trimEnd() === file ? "" : "/.";
  return `${before}${file}${after}`;
}
