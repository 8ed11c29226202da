import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { readJson } from "../core/readJson.js";
import { writeFiles } from "../core/writeFiles.js";
import { aboutNotebook, aboutRun } from "./aboutRun.js";
import { exportHtml } from "./exportHtml.js";
import { printPdf } from "./printPdf.js";
import { executedName, notebooksIn } from "../runs/runFolder.js";
import type { StartedRun } from "../runs/StartedRun.js";
import { readMetrics } from "../runs/RunMetrics.js";
import { aboutMarkdown, reportMarkdown } from "./reportMarkdown.js";
import { notebookSummary, reportSummary } from "./reportSummary.js";

export interface ReportOptions {
  readonly title: string;
  /** Stands above everything else in the page. */
  readonly banner?: string;
  /** How the run of a notebook that need not write `metrics.json` was begun. @default the file must be there */
  readonly started?: StartedRun;
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
  const notebook = path.join(folder, notebooksIn(folder).executed ?? "");
  const finished = await endOf(notebook);
  const { title, banner, started } = options;
  const file = path.join(folder, "metrics.json");
  const run = started && !existsSync(file) ? undefined : await readMetrics(file);
  const about = run ? aboutRun(run, finished) : started ? aboutNotebook(started, finished) : [];
  const text = run ? reportMarkdown(run, { title, about }) : aboutMarkdown(title, about);
  const [html, md, pdf] = ["html", "md", "pdf"].map((kind) => path.join(folder, `report.${kind}`));
  const name = path.basename(path.resolve(folder));
  const frame = {
    ...{ title, banner, about, tab: `${name}: ${title}` },
    summary: run ? reportSummary(run, name, finished) : notebookSummary(name, finished),
  };
  await exportHtml(notebook, html ?? "", frame);
  await writeFiles([{ file: md ?? "", pieces: [Buffer.from(text)] }]);
  const written = [html ?? "", md ?? ""];
  if (options.pdf !== true) return written;
  const page = path.join(folder, `.print-${process.pid}.html`);
  try {
    await exportHtml(notebook, page, { ...frame, static: true });
    await printPdf(page, pdf ?? "");
  } finally {
    await rm(page, { force: true });
  }
  return [...written, pdf ?? ""];
}

/** @throws UserError when a run has not finished: it says in which file one sees how far it got */
export function requireExecuted(folder: string): void {
  const { executed, unfinished: left } = notebooksIn(folder);
  if (executed !== undefined) return;
  // No run at all: whoever reads its numbers says so.
  if (left.length === 0 && !existsSync(path.join(folder, "metrics.json"))) return;
  const missing = left[0] === undefined ? "executed notebook" : executedName(left[0]);
  throw new UserError(
    `The run in ${folder} did not finish: there is no ${missing}` +
      (left.length === 0 ? "." : `, but ${left.join(" and ")}, in which one sees how far it got.`),
    "Make the run anew with `npx xray run`, under another --name.",
  );
}

/** When papermill ended, from what it writes into the notebook. */
async function endOf(file: string): Promise<string | undefined> {
  const { metadata } = await readJson(notebookSchema, {
    file,
    remedy: "Make the run anew with `npx xray run`.",
  });
  const end = new Date(metadata?.papermill?.end_time ?? NaN);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString().replace(/\.\d+/, "");
}

const notebookSchema = z.object({
  cells: z.array(z.unknown(), { error: "expected a list of cells" }),
  metadata: z
    .object({ papermill: z.object({ end_time: z.string().nullish().catch(undefined) }).optional() })
    .optional(),
});
