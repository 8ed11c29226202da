import { randomUUID } from "node:crypto";
import { escapeHtml, scriptJson } from "./escapeHtml.js";
import type { PlotlyFigure } from "./theme.js";

/** A figure for a page: its picture, in whose place the live figure comes where the page has loaded Plotly. */
export function figureHtml(figure: PlotlyFigure, alt: string, png: Uint8Array): string {
  const { width, height } = figure.layout;
  const id = `figure-${randomUUID()}`;
  const picture = Buffer.from(png).toString("base64");
  return (
    `<div id="${id}" style="max-width:100%">` +
    `<img alt="${escapeHtml(alt)}" width="${width}" height="${height}" style="max-width:100%;height:auto" ` +
    `src="data:image/png;base64,${picture}"></div>` +
    `<script>(() => {
  const place = document.getElementById("${id}");
  if (!window.Plotly || !place) return;
  const figure = ${scriptJson(figure)};
  // Not "img": the live figure has buttons in it.
  place.setAttribute("role", "figure");
  place.setAttribute("aria-label", place.firstChild.alt);
  place.replaceChildren();
  const width = Math.min(figure.layout.width, place.clientWidth || figure.layout.width);
  window.Plotly.newPlot(place, figure.data, { ...figure.layout, width }, figure.config);
})();</script>`
  );
}
