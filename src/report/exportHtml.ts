import path from "node:path";
import { UserError } from "../errors.js";
import { pythonProgram } from "./pythonProgram.js";

export interface ExportHtmlOptions {
  readonly title: string;
  /** Stands above everything else, such as a warning that the images are drawn. */
  readonly banner?: string;
}

/** Writes an executed notebook as one HTML file, with live figures, that needs no internet. */
export async function exportHtml(notebook: string, html: string, options: ExportHtmlOptions): Promise<void> {
  const { code } = await pythonProgram("export_html.py", {
    request: {
      notebook: path.resolve(notebook),
      html: path.resolve(html),
      title: options.title,
      banner: options.banner ?? null,
    },
  });
  if (code !== 0) {
    throw new UserError(`${notebook} could not be written as HTML.`, "See nbconvert's message above.");
  }
}
