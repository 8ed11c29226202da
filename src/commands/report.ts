import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { phantomWarning } from "../xrays/datasetListing.js";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { reportTitle } from "../report/reportTitle.js";
import { dataSource } from "../runs/RunMetrics.js";
import { requireExecuted, writeReport } from "../report/writeReport.js";
import { readRun } from "../runs/readRun.js";
import type { OwnNotebook } from "../runs/RunSource.js";
import { readStartedRun } from "../runs/StartedRun.js";
import { isPhantomSet } from "../xrays/isPhantomSet.js";
import { notebookFacts } from "../report/notebookParameters.js";

/** Writes a run's reports; drawn images are said to be drawn above everything else. */
export async function reportOf(folder: string, pdf = false): Promise<string[]> {
  requireExecuted(folder);
  const started = await readStartedRun(folder);
  // A notebook of a person's own says what its report is called, and need not write numbers.
  const own = started?.notebook;
  if (own && !existsSync(path.join(folder, "metrics.json"))) {
    const isDrawn = started.dataset !== undefined && isPhantomSet(started.dataset);
    const banner = isDrawn ? phantomWarning : undefined;
    return writeReport(folder, { title: await titleOf(own), started, pdf, banner });
  }
  const { metrics: run } = await readRun(folder);
  const { classes, dataset } = run;
  const source = dataSource(run);
  const title = own
    ? await titleOf(own)
    : reportTitle(source, { classes, name: typeof dataset === "string" ? undefined : dataset.name });
  return writeReport(folder, { title, pdf, banner: source === "phantom" ? phantomWarning : undefined });
}

/** A notebook's first heading, or else its name. */
async function titleOf({ file }: OwnNotebook): Promise<string> {
  return (await notebookFacts(file)).title ?? path.parse(file).name;
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
