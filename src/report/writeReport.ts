import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { writeFiles } from "../writeFiles.js";
import { aboutRun } from "./aboutRun.js";
import { exportHtml } from "./exportHtml.js";
import { printPdf } from "./printPdf.js";
import { readMetrics } from "./RunMetrics.js";
import { reportMarkdown } from "./reportMarkdown.js";

export interface ReportOptions {
  readonly title: string;
  /** Stands above everything else in the page. */
  readonly banner?: string;
  /** Also as PDF, with figures as pictures and all code. @default false */
  readonly pdf?: boolean;
}

/**
 * Writes a run's reports beside its executed notebook and `metrics.json`: `report.html` for reading, `report.md` for a
 * pull request, and `report.pdf`.
 * @returns their paths
 * @throws UserError when the folder is no run's, or a report cannot be written
 */
export async function writeReport(folder: string, options: ReportOptions): Promise<string[]> {
  const notebook = path.join(folder, "pneumonia.ipynb");
  const run = await readMetrics(path.join(folder, "metrics.json"));
  const finished = await endOf(notebook);
  const { title, banner } = options;
  const about = aboutRun(run, finished);
  const [html, md, pdf] = ["html", "md", "pdf"].map((kind) => path.join(folder, `report.${kind}`));
  await exportHtml(notebook, html ?? "", { title, banner, about });
  await writeFiles([{ file: md ?? "", pieces: [Buffer.from(reportMarkdown(run, { title, finished }))] }]);
  const written = [html ?? "", md ?? ""];
  if (options.pdf !== true) return written;
  const page = path.join(folder, `.print-${process.pid}.html`);
  try {
    await exportHtml(notebook, page, { title, banner, about, static: true });
    await printPdf(page, pdf ?? "");
  } finally {
    await rm(page, { force: true });
  }
  return [...written, pdf ?? ""];
}

/** When papermill ended, from what it writes into the notebook. */
async function endOf(notebook: string): Promise<string | undefined> {
  const { metadata } = JSON.parse(await readFile(notebook, "utf8")) as {
    metadata?: { papermill?: { end_time?: string } };
  };
  const end = new Date(metadata?.papermill?.end_time ?? NaN);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString().replace(/\.\d+/, "");
}
