import { randomUUID } from "node:crypto";
import type { PictureCell, PictureTable } from "../core/Display.js";
import { escapeHtml } from "./escapeHtml.js";

/**
 * A table whose cells lead to their pictures. The pictures of a cell lie folded below the table: a page that runs no
 * script can unfold them too.
 */
export function pictureTableHtml({
  caption,
  rowsTitle,
  columnsTitle,
  rows,
  columns,
  cells,
}: PictureTable): string {
  const id = `pictures-${randomUUID()}`;
  const anchor = (row: number, column: number) => `${id}-${row}-${column}`;
  const isMany = columns.length > manyColumns;
  const head = [`${rowsTitle} / ${columnsTitle}`, ...columns]
    .map((name, i) => `<th scope="col"${isMany && i > 0 ? uprightHead : ""}>${escapeHtml(name)}</th>`)
    .join("");
  const body = rows.map((name, i) => {
    const links = (cells[i] ?? []).map(
      (cell, j) => `<td style="${cellStyle}">${link(cell, anchor(i, j), isMany)}</td>`,
    );
    return `<tr><th scope="row"${isMany ? ' style="white-space:nowrap"' : ""}>${escapeHtml(name)}</th>${links.join("")}</tr>`;
  });
  const galleries = cells.flatMap((row, i) => row.map((cell, j) => gallery(cell, anchor(i, j), i === j)));
  return (
    `<div id="${id}"><div style="overflow-x:auto"><table><caption>${escapeHtml(caption)}</caption>` +
    `<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>${galleries.join("")}</div>` +
    script(id)
  );
}

const cellStyle = "padding:0;text-align:center";

/** More columns stand closer, their names upright. */
const manyColumns = 10;
const uprightHead = ' style="writing-mode:vertical-rl;text-align:right"';

function link(
  { text, label, background, color, pictures }: PictureCell,
  anchor: string,
  isMany: boolean,
): string {
  const room = isMany
    ? "min-width:1.6em;padding:0.2em 0.1em;font-size:0.85em"
    : "min-width:4.5em;padding:0.9em 0.6em;font-size:1.15em";
  // Among many cells the empty ones are not to be read first.
  const isQuiet = isMany && pictures.length === 0;
  const weight = isQuiet ? "font-weight:normal;opacity:0.55" : "font-weight:bold";
  const style = `display:block;${room};${weight};text-decoration:none;background:${background};color:${color}`;
  if (pictures.length === 0) return `<span style="${style}">${escapeHtml(text)}</span>`;
  return `<a href="#${anchor}" aria-label="${escapeHtml(label)}" style="${style}">${escapeHtml(text)}</a>`;
}

/** @param staysFolded on paper: what lies on the diagonal, most pictures and the least worth looking at */
function gallery({ label, note, pictures }: PictureCell, anchor: string, staysFolded: boolean): string {
  if (pictures.length === 0) return "";
  const grid =
    "display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5em,1fr));gap:0.7em;margin:0.5em 0";
  const figures = pictures.map(({ jpeg, caption }) => {
    const source = `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`;
    const lines = caption.map((line) => `<span style="display:block">${escapeHtml(line)}</span>`).join("");
    return (
      `<figure style="margin:0"><img alt="${escapeHtml(caption.join(", "))}" width="160" height="160" loading="lazy" ` +
      `style="width:100%;height:auto;max-width:160px" src="${source}"><figcaption style="font-size:0.8em;overflow-wrap:anywhere">` +
      `${lines}</figcaption></figure>`
    );
  });
  return (
    `<details id="${anchor}"${staysFolded ? ' data-print="folded"' : ""}><summary>${escapeHtml(label)}</summary>` +
    (note === undefined ? "" : `<p>${escapeHtml(note)}</p>`) +
    `<div style="${grid}">${figures.join("")}</div></details>`
  );
}

/** A cell that is chosen unfolds its pictures, and folds the others'. */
const script = (id: string): string => `<script>(() => {
  const place = document.getElementById("${id}");
  if (!place) return;
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const chosen = link.getAttribute("href").slice(1);
    for (const each of place.querySelectorAll("details")) each.open = each.id === chosen;
    const pictures = document.getElementById(chosen);
    pictures.querySelector("summary").focus();
    pictures.scrollIntoView({ block: "nearest" });
  });
})();</script>`;

/** The same for a terminal, which has no pictures: the counts. */
export function pictureTableWords({ caption, cells }: PictureTable): string {
  return `[pictures] ${caption}: ${cells.flatMap((row) => row.map(({ label }) => label)).join("; ")}.`;
}
