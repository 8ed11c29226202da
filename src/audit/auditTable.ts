import path from "node:path";
import type { Table } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import type { DataAudit, FindingKind } from "./DataAudit.js";

/** Findings of a kind that are shown; a program and the page have all. */
const shownOfKind = 6;

const kinds: Readonly<Record<FindingKind, string>> = {
  label: "suspected label",
  duplicate: "duplicate",
  outlier: "outlier",
};

/** An audit as one table, which says what else it holds. */
export function auditTable(audit: DataAudit): Table {
  const table = findingsTable(audit);
  const headings = audit.sections.map(({ heading }) => `"${heading}"`).join(", ");
  return {
    ...table,
    note:
      `${table.note === undefined ? "" : `${table.note} findings has all. `}A finding is a reason to look, not a verdict. ` +
      `sections has what else there is to say: ${headings}.`,
  };
}

/** How much of each kind was found, and the most suspected images. */
export function findingsTable({ folder, items, findings }: DataAudit): Table {
  const ofKind = (kind: FindingKind) => findings.filter((finding) => finding.kind === kind);
  const names = Object.entries(kinds) as [FindingKind, string][];
  const counts = names.map(([kind, name]) => {
    const { length } = ofKind(kind);
    return `${length} ${name}${length === 1 ? "" : "s"}`;
  });
  const isCut = names.some(([kind]) => ofKind(kind).length > shownOfKind);
  return {
    caption: `Audit of ${items.length} images of ${path.basename(folder)}: ${counts.join(", ")}`,
    columns: ["what", "image", "why"],
    rows: names.flatMap(([kind, name]) =>
      ofKind(kind)
        .slice(0, shownOfKind)
        .map(({ item, reason }) => [name, valueAt(items, item).file, reason]),
    ),
    ...(isCut && { note: `Of each kind the ${shownOfKind} most suspected are shown.` }),
  };
}
