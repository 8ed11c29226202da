import { shortNumber } from "../core/shortNumber.js";
import type { Curves } from "../core/Display.js";
import { escapeHtml } from "./escapeHtml.js";
import { colorway } from "./theme.js";

const [width, height] = [230, 130];
const plot = { left: 8, right: 222, top: 26, bottom: 112 };
/** More points to a line are not seen. */
const maxPoints = 200;

/**
 * Small panels side by side, in SVG: they follow a training as it goes and need no script. The text has the page's
 * colour, dark or light.
 */
export function curvesHtml(panels: readonly Curves[]): string {
  const drawn = panels.filter(({ lines }) => lines.some(({ y }) => y.some(Number.isFinite)));
  if (drawn.length === 0) return "";
  return `<div style="display:flex;flex-wrap:wrap;gap:8px 16px;margin:8px 0">${drawn.map(panelSvg).join("")}</div>`;
}

function panelSvg({ label, lines, end }: Curves): string {
  const values = lines.flatMap(({ y }) => y.filter(Number.isFinite));
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const across = (x: number) => plot.left + (x / Math.max(end, 1)) * (plot.right - plot.left);
  const up = (y: number) =>
    plot.bottom - (high > low ? (y - low) / (high - low) : 0.5) * (plot.bottom - plot.top);
  const parts = lines.map(({ x, y, dots }, i) => {
    const color = colorway[i % colorway.length] ?? "";
    const points = thinned(y).map((k) => `${across(x[k] ?? 0).toFixed(1)},${up(y[k] ?? 0).toFixed(1)}`);
    const line = `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
    const marks = points.map((point) => {
      const [cx, cy] = point.split(",");
      return `<circle cx="${cx ?? ""}" cy="${cy ?? ""}" r="3" fill="${color}"/>`;
    });
    return dots ? line + marks.join("") : line;
  });
  const last = lines.map(({ name, y }, i) => {
    const color = colorway[i % colorway.length] ?? "";
    return `<tspan dx="6" fill="${color}">\u25cf</tspan> ${escapeHtml(`${name} ${shown(y.at(-1))}`.trim())}`;
  });
  const words = lines.map(({ name, y }) => `${name} ${shown(y.at(-1))}`.trim()).join(", ");
  const text = (x: number, y: number, content: string, anchor = "start") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
  return (
    `<svg role="img" aria-label="${escapeHtml(`${label}: ${words}`)}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-size="11" font-family="sans-serif" fill="currentColor">` +
    text(plot.left, 13, `${escapeHtml(label)}${last.join("")}`) +
    `<path d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="currentColor" opacity=".4"/>` +
    parts.join("") +
    text(plot.right, height - 4, `${shown(low)} to ${shown(high)}`, "end") +
    "</svg>"
  );
}

/** Indices of finite values, spread evenly, the last one among them. */
function thinned(y: readonly number[]): number[] {
  const finite = y.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  if (finite.length <= maxPoints) return finite;
  return Array.from({ length: maxPoints }, (_, i) => {
    const at = Math.round((i * (finite.length - 1)) / (maxPoints - 1));
    return finite[at] ?? 0;
  });
}

const shown = (value: number | undefined): string => (value === undefined ? "" : shortNumber(value));
