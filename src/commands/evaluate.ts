import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../core/makeFolder.js";
import { shownPath } from "../core/shownPath.js";
import { writeFiles } from "../core/writeFiles.js";
import { tableText } from "../core/tableText.js";
import { evaluationSections } from "../interpretation/evaluationSections.js";
import { sectionsPage } from "../report/sectionsPage.js";
import { evaluateFile, type EvaluateFileOptions } from "../runs/evaluateFile.js";
import { runFolder } from "./report.js";

export interface EvaluateCommandOptions extends EvaluateFileOptions {
  /** Where the files go. @default beside the predictions */
  readonly out?: string;
  /** Print one object, for programs, in place of the tables. @default false */
  readonly json?: boolean;
}

/**
 * `xray evaluate`: prints and writes the numbers of any program's predictions, with intervals that take patients into
 * account. It loads no TensorFlow.
 * @param predictions a run, its `predictions.json`, or a CSV file
 * @throws UserError naming the file and what is wrong in it
 */
export async function evaluate(predictions: string, options: EvaluateCommandOptions): Promise<void> {
  const { out, json = false, against, ...asked } = options;
  const file = await fileOrRun(predictions);
  const other = against === undefined ? {} : { against: await fileOrRun(against) };
  const found = await evaluateFile(file, { ...asked, ...other });
  const { name, evaluation, pairedBy } = found;
  const sections = evaluationSections(evaluation, found);
  const folder = out ?? ((await stat(file)).isDirectory() ? file : path.dirname(file));
  if (out !== undefined) await makeFolder(out, "Give another folder with --out.");
  const text = `${JSON.stringify({ ...evaluation, pairedBy })}\n`;
  const title =
    found.against === undefined ? `Evaluation of ${name}` : `Evaluation of ${name} and ${found.against}`;
  const [html, data] = [path.join(folder, "evaluation.html"), path.join(folder, "evaluation.json")];
  await writeFiles([
    { file: data, pieces: [Buffer.from(text)] },
    { file: html, pieces: [Buffer.from(await sectionsPage(title, sections))] },
  ]);
  if (json) {
    process.stdout.write(text);
    return;
  }
  console.log(title);
  for (const { heading, text: paragraphs = [], tables = [] } of sections) {
    const parts = [...paragraphs, ...tables.map(tableText)];
    if (parts.length > 0) console.log(`\n${heading}\n${"=".repeat(heading.length)}\n${parts.join("\n\n")}`);
  }
  console.log(`\nThe figures are in ${shownPath(html)}, all numbers in ${shownPath(data)}.`);
}

/** A file as it is named, or the folder of a run; what is named like a file and is not there, its reader refuses. */
const fileOrRun = async (named: string): Promise<string> =>
  existsSync(named) || /\.(csv|tsv|txt|json)$/i.test(named) ? named : runFolder(named);
