import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { phantomWarning } from "../xrays/datasetListing.js";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { isLocked } from "../core/folderLock.js";
import { notebookOfSession } from "../core/session.js";
import { temporaryFolder } from "../core/temporaryFolder.js";
import { reportMarkdown } from "../report/reportMarkdown.js";
import { reportTitle } from "../report/reportTitle.js";
import { dataSource, readMetrics } from "../runs/RunMetrics.js";
import { writeReport } from "../report/writeReport.js";
import { readRun } from "../runs/readRun.js";
import { notebookFile } from "../runs/RunSource.js";
import { executedName, notebooksIn } from "../runs/runFolder.js";
import { readStartedRun, type StartedRun } from "../runs/StartedRun.js";
import { isPhantomSet } from "../xrays/isPhantomSet.js";
import { notebookFacts } from "../report/notebookParameters.js";

/** How reports are written. */
export interface ReportOfOptions {
  /** Also as PDF. @default false */
  readonly pdf?: boolean;
  /** The notebook in the folder. @default the run's own, or the one that was saved last */
  readonly file?: string;
}

/**
 * Writes a run's reports; drawn images are said to be drawn above everything else.
 * @throws UserError when there is nothing to make one of
 */
export async function reportOf(
  folder: string,
  { pdf = false, file }: ReportOfOptions = {},
): Promise<string[]> {
  const started = await readStartedRun(folder);
  const { notebook, unfinished } = (await sourceIn(folder, started, file)) ?? (await numbersAlone(folder));
  const stem = unfinished ? "report.failed" : "report";
  const warnings = unfinished ? [`This run did not finish: it ended in ${path.basename(notebook)}.`] : [];
  // A notebook of a person's own says what its report is called, and need not write numbers.
  const needsNumbers = started?.notebook === undefined && started !== undefined && !unfinished;
  if (!needsNumbers && !existsSync(path.join(folder, "metrics.json"))) {
    if (started?.dataset !== undefined && isPhantomSet(started.dataset)) warnings.push(phantomWarning);
    const title = await titleOf(notebook);
    return writeReport(folder, {
      ...{ title, started, notebook, stem, pdf, needsNumbers },
      banner: inOneText(warnings),
    });
  }
  const { metrics: run } = await readRun(folder);
  const { classes, dataset } = run;
  const data = dataSource(run);
  if (data === "phantom") warnings.push(phantomWarning);
  const name = typeof dataset === "string" ? undefined : dataset.name;
  const title = started?.notebook ? await titleOf(notebook) : reportTitle(data, { classes, name });
  return writeReport(folder, { title, notebook, stem, pdf, banner: inOneText(warnings) });
}

/** What a report is made of. */
interface ReportSource {
  /** A notebook with what its cells have shown. */
  readonly notebook: string;
  /** Whether it is of a run that did not come to its end. */
  readonly unfinished: boolean;
}

/**
 * The notebook that a folder is of: of a run, of one that did not finish, or of a person's session, which may lie
 * elsewhere; undefined where nobody knows it.
 * @throws UserError when another process is at work there
 */
async function sourceIn(
  folder: string,
  started: StartedRun | undefined,
  file: string | undefined,
): Promise<ReportSource | undefined> {
  const { executed, unfinished } = notebooksIn(folder);
  const own = started && executedName(notebookFile(started));
  const [last] = executed.length > 0 ? executed : unfinished;
  const name = file ?? executed.find((each) => each === own) ?? last;
  if (name === undefined) {
    const notebook = await notebookOfSession(folder);
    return notebook === undefined ? undefined : { notebook, unfinished: false };
  }
  if (file === undefined && name !== own && executed.length > 1) {
    console.error(
      `report: of ${name}, which was saved last of the ${executed.length} notebooks in ${folder}; ` +
        "name another one by its path",
    );
  }
  const isUnfinished = unfinished.includes(name);
  if (isUnfinished && (await isLocked(folder))) {
    throw new UserError(`The run in ${folder} is being written.`, "Wait until it has ended.");
  }
  return { notebook: path.join(folder, name), unfinished: isUnfinished };
}

/**
 * A notebook of a session's numbers, in place of its own, which is not known.
 * @throws UserError when there are no numbers either
 */
async function numbersAlone(folder: string): Promise<ReportSource> {
  const file = path.join(folder, "metrics.json");
  if (!existsSync(file)) {
    throw new UserError(
      `${folder} holds no numbers and no notebook, and does not say of which notebook it is.`,
      "Name the folder of a run, or that of a notebook that was opened with `npx xray lab` and saved.",
    );
  }
  const title = "The numbers of a notebook";
  const source =
    reportMarkdown(await readMetrics(file), { title, about: [] }) +
    "\nThe notebook itself is not known here: open it with `npx xray lab` to have its figures in the report.\n";
  const cells = [{ cell_type: "markdown", id: "numbers", metadata: {}, source }];
  const notebook = path.join(temporaryFolder("report").path, "numbers.ipynb");
  await writeFile(notebook, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return { notebook, unfinished: false };
}

const inOneText = (texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : texts.join(" ");

/** A notebook's first heading, or else its name. */
async function titleOf(file: string): Promise<string> {
  return (await notebookFacts(file)).title ?? path.parse(executedName(file)).name;
}

/**
 * `xray report`: writes the reports of a run anew, or of a person's session at a notebook.
 * @param run its folder, the folder's name in `runs/`, or a notebook
 */
export async function report(run: string, { pdf = false }: { readonly pdf?: boolean }): Promise<void> {
  const isNotebook = run.endsWith(".ipynb") && existsSync(run);
  const file = isNotebook ? path.basename(run) : undefined;
  const folder = isNotebook ? path.dirname(path.resolve(run)) : await runFolder(run);
  for (const written of await reportOf(folder, { pdf, file })) console.log(written);
}

/** @throws UserError when there is no such folder */
export async function runFolder(run: string): Promise<string> {
  for (const folder of [path.resolve(run), path.join(runsDir, run)]) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() === true) return folder;
  }
  throw new UserError(`There is no run ${run}.`, `Name a folder, or one of those in ${runsDir}.`);
}
