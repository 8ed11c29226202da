import { stat } from "node:fs/promises";
import path from "node:path";
import { phantomWarning } from "../xrays/datasetListing.js";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { reportTitle } from "../report/reportTitle.js";
import { dataSource } from "../runs/RunMetrics.js";
import { requireExecuted, writeReport } from "../report/writeReport.js";
import { readRun } from "../runs/readRun.js";

/** Writes a run's reports; drawn images are said to be drawn above everything else. */
export async function reportOf(folder: string, pdf = false): Promise<string[]> {
  await requireExecuted(folder);
  const { metrics: run } = await readRun(folder);
  const { classes, dataset } = run;
  const source = dataSource(run);
  const title = reportTitle(source, {
    classes,
    name: typeof dataset === "string" ? undefined : dataset.name,
  });
  return writeReport(folder, { title, pdf, banner: source === "phantom" ? phantomWarning : undefined });
}

/**
 * `xray report`: writes the reports of a run anew.
 * @param run its folder, or the folder's name in `runs/`
 */
export async function report(run: string, { pdf = false }: { readonly pdf?: boolean }): Promise<void> {
  for (const file of await reportOf(await runFolder(run), pdf)) console.log(file);
}

/** @throws UserError when there is no such folder */
export async function runFolder(run: string): Promise<string> {
  for (const folder of [path.resolve(run), path.join(runsDir, run)]) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() === true) return folder;
  }
  throw new UserError(`There is no run ${run}.`, `Name a folder, or one of those in ${runsDir}.`);
}
