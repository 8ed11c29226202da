import type { Figure } from "../core/Display.js";

/** Okabe and Ito's colours: told apart with every common kind of colour vision, and in print. */
export const colorway = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#444444",
] as const;

const axis = {
  gridcolor: "#e5e5e5",
  linecolor: "#444444",
  zerolinecolor: "#cccccc",
  showline: true,
  ticks: "outside",
};

/** The look that all figures share; what a figure's own layout says comes first. */
const template = {
  layout: {
    colorway,
    font: { family: "DejaVu Sans, Verdana, Arial, sans-serif", size: 13, color: "#222222" },
    title: { font: { size: 16 }, x: 0, xref: "paper", xanchor: "left" },
    // Upright in the margin, where it covers neither title nor data.
    modebar: { orientation: "v", bgcolor: "rgba(255,255,255,0)" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    xaxis: axis,
    yaxis: axis,
    legend: { bgcolor: "rgba(255,255,255,0.8)" },
    hovermode: "closest",
  },
};

/** What Plotly is given. */
export interface PlotlyFigure {
  readonly data: Figure["data"];
  readonly layout: Readonly<Record<string, unknown>> & { readonly width: number; readonly height: number };
  readonly config: Readonly<Record<string, unknown>>;
}

/** A figure in the common look, with a definite size. */
export function themed({ data, layout }: Figure): PlotlyFigure {
  const size = { width: numberOr(layout.width, 640), height: numberOr(layout.height, 400) };
  const margin = { ...roomForLabels(data, layout), ...(layout.margin ?? {}) };
  const { title, extra } = brokenTitle(layout.title, size.width - margin.l - titleEnd);
  const high = { ...margin, t: margin.t + extra };
  return {
    data,
    layout: {
      template,
      ...layout,
      ...(title && { title }),
      margin: high,
      ...size,
      height: size.height + extra,
    },
    config: { displaylogo: false },
  };
}

/** Between a title and the right side, where the buttons are; in pixels. */
const titleEnd = 30;
/** A letter of a title, and a line; in pixels. */
const [titleLetter, titleLine] = [8.8, 20];

/** A title on as many lines as it takes in the room that it has. */
function brokenTitle(title: unknown, room: number) {
  const { text } = (title ?? {}) as { readonly text?: unknown };
  if (typeof text !== "string" || text.includes("<")) return { extra: 0 };
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length * titleLetter <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return {
    title: { ...(title as object), text: lines.join("<br>") },
    extra: titleLine * (lines.length - 1),
  };
}

/** Plotly's own `automargin` measures text, which only a browser can; names of classes need the room. */
function roomForLabels(data: Figure["data"], layout: Figure["layout"]) {
  const longest = (values: unknown) =>
    Array.isArray(values)
      ? Math.max(0, ...values.map((value) => (typeof value === "string" ? value.length : 0)))
      : 0;
  const letter = 9; // pixels
  const left = Math.max(...data.map(({ y }) => longest(y)), 0) * letter;
  const { tickangle } = (layout.xaxis ?? {}) as { readonly tickangle?: unknown };
  const upright = typeof tickangle === "number" && Math.abs(tickangle) > 30;
  const below = upright ? Math.max(...data.map(({ x }) => longest(x)), 0) * letter : 0;
  return { l: Math.max(70, left + 45), r: 40, t: 55, b: Math.max(60, below + 45) };
}

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
