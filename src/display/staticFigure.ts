import type { PlotlyFigure } from "./theme.js";
import { plotlyWindow } from "./plotlyWindow.js";

/** A figure as SVG, drawn without a browser. */
export async function figureToSvg(figure: PlotlyFigure): Promise<string> {
  const window = await plotlyWindow();
  const place = window.document.createElement("div");
  window.document.body.append(place);
  try {
    // Plotly writes into what it is given.
    const { data, layout } = JSON.parse(JSON.stringify(figure)) as PlotlyFigure;
    const { width, height } = layout;
    await window.Plotly.newPlot(place, data, layout, { staticPlot: true });
    const svg = await window.Plotly.toImage(place, { format: "svg", width, height, imageDataOnly: true });
    return svg.startsWith("data:") ? decodeURIComponent(svg.slice(svg.indexOf(",") + 1)) : svg;
  } finally {
    window.Plotly.purge(place);
    place.remove();
  }
}

/** A figure as PNG with two pixels for each of its own, sharp on today's screens. */
export async function figureToPng(figure: PlotlyFigure): Promise<Uint8Array> {
  const [svg, { default: sharp }] = await Promise.all([figureToSvg(figure), import("sharp")]);
  const perInch = 2 * 72; // sharp draws an SVG's pixel as one at 72
  return sharp(Buffer.from(svg), { density: perInch }).png({ palette: true }).toBuffer();
}
