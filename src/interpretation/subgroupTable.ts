import type { Table } from "../core/Display.js";
import { type Share, formatShare } from "../statistics/confusionMatrix.js";
import type { Subgroup } from "../statistics/subgroups.js";
import { formatInterval, wilsonInterval } from "../statistics/wilsonInterval.js";
import { dashNote } from "./dashNote.js";

/** Groups as a table, each share with its counts and its 95% interval after Wilson. */
export function subgroupTable(groups: readonly Subgroup[], positive: string, caption: string): Table {
  const cell = ({ hits, of, value }: Share): string =>
    of === 0 ? "–" : `${formatShare(value)} = ${hits}/${of} (${formatInterval(wilsonInterval(hits, of))})`;
  const rows = groups.map(({ name, n, errorRate, recall, specificity }) => [
    name,
    String(n),
    ...[errorRate, recall, specificity].map(cell),
  ]);
  return {
    caption,
    columns: ["group", "images", "error rate", `recall of ${positive}`, `specificity of ${positive}`],
    rows,
    note: dashNote(rows, [`the group has no image of ${positive}, or none of another class`]),
  };
}
