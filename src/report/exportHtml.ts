import path from "node:path";
import type { AboutEntry } from "./aboutRun.js";
import { Interrupted, UserError } from "../core/errors.js";
import { pythonProgram } from "./pythonProgram.js";
import type { ReportSummary } from "./reportSummary.js";

export interface ExportHtmlOptions {
  readonly title: string;
  /** Stands above everything else, such as a warning that the images are drawn. */
  readonly banner?: string;
  /** Stands at the page's head, below its title. */
  readonly summary?: ReportSummary;
  /** What a browser's tab says. @default the title */
  readonly tab?: string;
  /** For the page's foot. */
  readonly about?: readonly AboutEntry[];
  /** For print: figures are pictures, and the code is open. @default false */
  readonly static?: boolean;
}

/**
 * Writes an executed notebook as one HTML file, with live figures, that needs no internet.
 * @throws UserError when nbconvert fails
 * @throws Interrupted if a person stopped it; a page that was there before stays
 */
export async function exportHtml(notebook: string, html: string, options: ExportHtmlOptions): Promise<void> {
  const { code, stopped } = await pythonProgram("export_html.py", {
    request: {
      notebook: path.resolve(notebook),
      html: path.resolve(html),
      title: options.title,
      tab: options.tab ?? options.title,
      banner: options.banner ?? null,
      summary: options.summary ?? null,
      about: options.about ?? [],
      static: options.static ?? false,
      plotly: require.resolve("plotly.js-dist-min"),
    },
  });
  if (code === 0) return;
  if (stopped) throw new Interrupted(`Writing ${html} was stopped; the executed notebook is ${notebook}.`);
  throw new UserError(`${notebook} could not be written as HTML.`, "See nbconvert's message above.");
}
