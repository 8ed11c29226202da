import { readFile } from "node:fs/promises";
import type { Section } from "../core/Section.js";
import { escapeHtml } from "../display/escapeHtml.js";
import { figureHtml } from "../display/figureHtml.js";
import { tableHtml } from "../display/table.js";
import { themed } from "../display/theme.js";

/** A page of sections as one HTML file that needs no internet, on a phone too, light or dark. */
export async function sectionsPage(title: string, sections: readonly Section[]): Promise<string> {
  const plotly = await readFile(require.resolve("plotly.js-dist-min"), "utf8");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<script>${plotly}</script>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${sections.map(sectionHtml).join("\n")}
</main>
</body>
</html>
`;
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

const style = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c1f23; --quiet: #565d66; --line: #c9ced4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --text: #e6e8ea; --quiet: #a8b0b8; --line: #3a4148; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
.table { overflow-x: auto; margin: .8rem 0; }
.table p { color: var(--quiet); margin: .4rem 0; }
.figure { margin: .8rem 0; max-width: 100%; overflow: hidden; border-radius: 6px; }
@media screen and (prefers-color-scheme: dark) { .xray-figure { filter: invert(.92) hue-rotate(180deg); } }
caption { color: var(--quiet); text-align: left; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:not(:first-child) { white-space: nowrap; }
`;
