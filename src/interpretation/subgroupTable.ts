import type { Table } from "../core/Display.js";
import type { ClusteredShare } from "../statistics/clusteredShare.js";
import { formatEstimated } from "../statistics/format.js";
import { measureNames } from "../statistics/measureNames.js";
import type { Subgroup } from "../statistics/subgroups.js";
import { dashNote } from "./dashNote.js";

/** Groups as a table, each share with its counts and its 95% confidence interval, by patient where patients are known. */
export function subgroupTable(groups: readonly Subgroup[], positive: string, caption: string): Table {
  const cell = (share: ClusteredShare): string => (share.of === 0 ? "–" : formatEstimated(share));
  const rows = groups.map(({ name, n, errorRate, recall, specificity }) => [
    name,
    String(n),
    ...[errorRate, recall, specificity].map(cell),
  ]);
  const measured = [measureNames.recall, measureNames.specificity].map((name) => `${name} of ${positive}`);
  return {
    caption,
    columns: ["group", "images", measureNames.errorRate, ...measured],
    rows,
    note: dashNote(rows, [`the group has no image of ${positive}, or none of another class`]),
  };
}
