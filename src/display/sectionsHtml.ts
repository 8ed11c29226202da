import { readFile } from "node:fs/promises";
import type { Section } from "../core/Section.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { tableHtml } from "./table.js";
import { themed } from "./theme.js";

/** Sections for a page with `sectionsStyle`, and Plotly where one of them has a figure. */
export async function sectionsHtml(sections: readonly Section[]): Promise<string> {
  const hasFigures = sections.some(({ figures = [] }) => figures.length > 0);
  const plotly = hasFigures ? await readFile(require.resolve("plotly.js-dist-min"), "utf8") : "";
  return [...(hasFigures ? [`<script>${plotly}</script>`] : []), ...sections.map(sectionHtml)].join("\n");
}

function sectionHtml({ heading, text = [], tables = [], figures = [] }: Section): string {
  return [
    "<section>",
    `<h2>${escapeHtml(heading)}</h2>`,
    ...text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    // Wide tables are moved sideways, with the keyboard too.
    ...tables.map(
      (table) =>
        `<div class="table" role="group" tabindex="0" aria-label="${escapeHtml(table.caption ?? heading)}">${tableHtml(table)}</div>`,
    ),
    ...figures.map((figure) => `<div class="figure">${figureHtml(themed(figure), figure.alt)}</div>`),
    "</section>",
  ].join("\n");
}

/** CSS for the sections of a page. */
export const sectionsStyle = `
.table { overflow-x: auto; margin: .8rem 0; }
.table p { color: var(--quiet); margin: .4rem 0; }
.figure { margin: .8rem 0; max-width: 100%; overflow: hidden; border-radius: 6px; }
@media screen and (prefers-color-scheme: dark) { .xray-figure { filter: invert(.92) hue-rotate(180deg); } }
caption { color: var(--quiet); text-align: left; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:not(:first-child) { white-space: nowrap; }
`;
