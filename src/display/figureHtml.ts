import { randomUUID } from "node:crypto";
import { escapeHtml, scriptJson } from "./escapeHtml.js";
import type { PlotlyFigure } from "./theme.js";

/**
 * A figure for a page: its picture, in whose place the live figure comes where the page has loaded Plotly.
 * @param png undefined: without scripts the figure is only said in words
 */
export function figureHtml(figure: PlotlyFigure, alt: string, png?: Uint8Array): string {
  const id = `figure-${randomUUID()}`;
  return (
    `<div id="${id}" class="xray-figure" style="max-width:100%;overflow-x:auto">${pictureHtml(figure, alt, png)}</div>` +
    `<script>(() => {
  const place = document.getElementById("${id}");
  if (!window.Plotly || !place) return;
  const figure = ${scriptJson(figure)};
  // Not "img": the live figure has buttons in it.
  place.setAttribute("role", "figure");
  place.setAttribute("aria-label", ${scriptJson(alt)});
  place.replaceChildren();
  const least = figure.layout.meta?.minWidth ?? 0;
  const width = Math.max(least, Math.min(figure.layout.width, place.clientWidth || figure.layout.width));
  const layout = { ...figure.layout, width };
  // On a phone the title is smaller, the legend has two columns, and nothing covers the curves.
  const seen = place.clientWidth || width;
  const isNarrow = width < figure.layout.width;
  const isCut = seen < width;
  if (isCut) {
    // No scroll bar is seen on a phone; and the keyboard needs a place to scroll from.
    const hint = document.createElement("p");
    hint.className = "xray-scroll-hint";
    hint.textContent = "\u2194 Wider than the page: scroll the figure sideways to see all of it.";
    hint.style.cssText = "margin:4px 0;font-size:13px";
    place.before(hint);
    place.tabIndex = 0;
  }
  if ((isNarrow || isCut) && layout.title) {
    const longest = Math.max(1, ...String(layout.title.text).split("<br>").map((line) => line.length));
    const size = Math.max(10, Math.min(16, (Math.min(width, seen) - 24) / (0.58 * longest)));
    layout.title = { ...layout.title, font: { size }, xref: "container", x: 8 / width, xanchor: "left" };
  }
  if (isNarrow && layout.legend?.orientation === "h")
    layout.legend = { ...layout.legend, entrywidth: 0.48, entrywidthmode: "fraction" };
  const config = isNarrow ? { ...figure.config, displayModeBar: false } : figure.config;
  window.Plotly.newPlot(place, figure.data, layout, config);
})();</script>`
  );
}

function pictureHtml({ layout: { width, height } }: PlotlyFigure, alt: string, png?: Uint8Array): string {
  if (png === undefined) return `<p>${escapeHtml(alt)}</p>`;
  return (
    `<img alt="${escapeHtml(alt)}" width="${width}" height="${height}" style="max-width:100%;height:auto" ` +
    `src="data:image/png;base64,${Buffer.from(png).toString("base64")}">`
  );
}
