import { createHash } from "node:crypto";
import path from "node:path";
import { checkInteger } from "../../core/checkNumber.js";
import { checkOptions } from "../../core/checkOptions.js";
import { isMissingValue } from "../../data/labels/missingValue.js";
import { escapeHtml } from "../../display/escapeHtml.js";
import { htmlPage } from "../../display/htmlPage.js";
import { sectionsHtml, sectionsStyle } from "../../display/sectionsHtml.js";
import type { DataAudit, FindingKind } from "../DataAudit.js";
import { cleanedColumns } from "./browser/cleanedCsv.js";
import { findingHtml, itemsOf, kindNames } from "./findingHtml.js";
import { pageScript } from "./pageScript.js";
import { pageStyle } from "./pageStyle.js";
import { thumbnails } from "./thumbnails.js";

/** How the page of an audit is made. */
export interface AuditPageOptions {
  /** Findings of each kind that the page shows, the most suspected first. @default 200 */
  readonly perKind?: number;
}

const kinds: readonly FindingKind[] = ["label", "duplicate", "outlier"];

/**
 * The page on which a person looks through what an audit found, as with fast.ai's `ImageCleaner`: marks images as to be
 * kept, deleted or relabelled, and saves `cleaned.csv`, which `ImageDataBunch.fromCsv` reads. It deletes nothing.
 * @returns one HTML file, which needs no other one and no internet; images that cannot be read are named in it
 * @throws UserError when an option is out of range
 * @throws Interrupted when the person stopped it
 */
export async function auditPage(audit: DataAudit, options: AuditPageOptions = {}): Promise<string> {
  checkOptions("auditPage()", options, { perKind: "number" });
  const perKind = checkInteger("perKind", options.perKind ?? 200, 1);
  const { folder, classes, findings } = audit;
  const groups = kinds.map((kind) => {
    const all = findings.filter((finding) => finding.kind === kind);
    return { kind, count: all.length, shown: all.slice(0, perKind) };
  });
  const shown = groups.flatMap((group) => group.shown);
  const kindsOf = new Map<number, Set<FindingKind>>();
  for (const finding of findings) {
    for (const item of itemsOf(finding)) {
      kindsOf.set(item, (kindsOf.get(item) ?? new Set()).add(finding.kind));
    }
  }
  const context = {
    audit,
    thumbnails: await thumbnails(shown.flatMap(itemsOf).flatMap((item) => audit.items[item]?.path ?? [])),
    kindsOf: (item: number) => kindsOf.get(item) ?? new Set<FindingKind>(),
  };
  const items = audit.items.map(({ file, class: name, patient, set }) => ({
    ...{ file, class: name },
    ...(set !== undefined && { set }),
    ...(patient !== undefined && { patient }),
  }));
  const key = `xray-audit-${createHash("sha256")
    .update(JSON.stringify([folder, classes, items]))
    .digest("hex")}`;
  return htmlPage({
    title: `Audit of ${path.basename(folder)}`,
    head: policy,
    style: sectionsStyle + pageStyle,
    body: `<main>
<header>
<h1>Audit of <span class="folder">${escapeHtml(folder)}</span></h1>
<p>${inNumbers(audit)} Mark what is wrong, save <code>cleaned.csv</code>, and train on what stays.</p>
<p class="promise"><strong>Nothing is deleted from disk.</strong> Marks are kept in this browser, and the page sends nothing anywhere. It holds small copies of the images: give it only to those who may see them.</p>
<noscript><p class="warning">Without JavaScript this page only shows what was found: images cannot be marked.</p></noscript>
${warningOf(audit)}${shown.length === 0 ? "" : `<p><a class="go" href="#findings" id="start">Look through the findings</a></p>`}
</header>
${await sectionsHtml(audit.sections)}
<section class="work" aria-labelledby="work">
<h2 id="work">Findings</h2>
<div class="tools">
<div id="filters">
${choice("kind", "Kind", [["all", "All", shown.length], ...groups.map((group) => [group.kind, kindNames[group.kind][1], group.shown.length] as const)])}
${choice("state", "Marks", [
  ["all", "All"],
  ["unmarked", "Unmarked"],
  ["marked", "Marked"],
])}
</div>
<p class="legend">${legend.map(([keys, what]) => `<span>${keys.map((each) => `<kbd>${each}</kbd>`).join(" ")} ${what}</span>`).join(" ")}</p>
</div>
${moreHtml(groups)}
<ol id="findings">
${shown.map((finding, k) => findingHtml(finding, k, context)).join("\n")}
</ol>
<p id="nothing" hidden>${shown.length === 0 ? "Nothing was found that a person should look at." : "No finding fits these filters."}</p>
<div class="actions" role="region" aria-label="Marks">
<div class="words"><p id="counts"></p><p id="said" role="status" aria-live="polite"></p>
<p id="unstored" class="warning" hidden>This browser does not keep the marks: save cleaned.csv before you close or reload the page.</p></div>
<div class="buttons"><button type="button" id="undo" aria-keyshortcuts="U Control+Z">Undo</button>
<button type="button" id="redo" aria-keyshortcuts="Y Control+Y">Redo</button>
<button type="button" id="save" class="main">Save cleaned.csv</button></div>
</div>
</section>
<section>
<h2>Train on what stays</h2>
<p>Put <code>cleaned.csv</code> into <code>${escapeHtml(folder)}</code>. It lists every image that is not marked to be deleted, also those that are not shown here, and is read with</p>
<pre tabindex="0" aria-label="Code that reads cleaned.csv"><code>${escapeHtml(codeOf(audit))}</code></pre>
</section>
</main>
<dialog id="relabel" aria-labelledby="relabel-title">
<h2 id="relabel-title">Relabel to</h2>
<p class="search"><label>Search <input type="search" autocomplete="off"></label></p>
<ul></ul>
<form method="dialog"><button>Cancel <kbd aria-hidden="true">Esc</kbd></button></form>
</dialog>
<script>${await pageScript({ key, classes, items })}</script>`,
  });
}

/** The page loads nothing from anywhere, and sends nothing. */
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'">
`;

const legend: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["←", "↑", "↓", "→"], "move"],
  [["J"], "next"],
  [["N"], "next unmarked"],
  [["K"], "keep"],
  [["D"], "delete"],
  [["R"], "relabel"],
  [["C"], "clear"],
  [["U"], "undo"],
  [["Y"], "redo"],
  [["O"], "open the file"],
];

const inNumbers = ({ items, classes, findings }: DataAudit): string =>
  `${findings.length} ${findings.length === 1 ? "finding" : "findings"} in ${items.length} images of ` +
  `${classes.length} ${classes.length === 1 ? "class" : "classes"}.`;

/** A row of choices of which one holds. */
const choice = (
  name: string,
  title: string,
  choices: readonly (readonly [value: string, label: string, count?: number])[],
): string =>
  `<fieldset><legend>${title}</legend>${choices
    .map(
      ([value, label, count], k) =>
        `<label><input type="radio" name="${name}" value="${value}"${k === 0 ? " checked" : ""}><span>${label}${
          count === undefined ? "" : ` <b>${count}</b>`
        }</span></label>`,
    )
    .join("")}</fieldset>`;

/** Says which findings the page leaves out. */
function moreHtml(
  groups: readonly {
    readonly kind: FindingKind;
    readonly count: number;
    readonly shown: readonly unknown[];
  }[],
): string {
  const cut = groups.filter(({ count, shown }) => count > shown.length);
  if (cut.length === 0) return "";
  const told = cut.map(
    ({ kind, count, shown }) => `${count - shown.length} more ${kindNames[kind][1].toLowerCase()}`,
  );
  return `<p class="more">The most suspected of each kind are shown. Not shown: ${told.join(", ")}.</p>`;
}

/** Classes that a table cannot say, because they stand for a missing value or because of their blanks. */
function warningOf({ classes }: DataAudit): string {
  const names = classes.filter((name) => isMissingValue(name) || name.trim() !== name);
  if (names.length === 0) return "";
  const told = names.map((name) => JSON.stringify(name)).join(", ");
  return `<p class="warning">A table cannot say ${escapeHtml(told)}: such a label stands for a missing value, or its blanks get lost. Rename the class before you use cleaned.csv.</p>`;
}

function codeOf({ folder, items }: DataAudit): string {
  const columns = cleanedColumns(items);
  const options = [
    'csvLabels: "cleaned.csv"',
    ...(columns.set ? ['validCol: "set"'] : []),
    ...(items.some(({ set }) => set === "valid") ? [] : ["validPct: 0.2"]),
    ...(columns.patient ? ['patientCol: "patient"'] : []),
    "size: 224",
  ];
  return `const data = await ImageDataBunch.fromCsv(${JSON.stringify(folder)}, {\n  ${options.join(",\n  ")},\n});`;
}
