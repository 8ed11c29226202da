import { stat } from "node:fs/promises";
import path from "node:path";
import { checkNumber } from "../core/checkNumber.js";
import { UserError } from "../core/errors.js";
import { kermanyPatient } from "../xrays/kermanyPatient.js";
import { type ClassesEvaluation, evaluateClasses } from "../statistics/evaluateClasses.js";
import {
  type EvaluatedScores,
  type EvaluateOptions,
  type Evaluation,
  evaluateScores,
} from "../statistics/evaluateScores.js";
import type { Groups } from "../statistics/Groups.js";
import { positiveClass } from "../statistics/positiveClass.js";
import { scoresOfClass } from "../statistics/scoresOfClass.js";
import { type NamedImages, type PairedBy, pairImages } from "./pairImages.js";
import { requireSameImages } from "./requireSameImages.js";
import { readPredictions, type StoredPredictions } from "./predictionsFile.js";
import {
  type BesideAnotherFile,
  readScoreTable,
  type ScoreTable,
  type ScoreTableOptions,
} from "./readScoreTable.js";

/** What is evaluated, how, and beside what. */
export interface EvaluateFileOptions extends ScoreTableOptions, Omit<EvaluateOptions, "secondThreshold"> {
  /** Another model's predictions of the same images: a file of the same kinds. */
  readonly against?: string;
}

/** What was found in a file. */
export interface EvaluatedFile {
  /** What the numbers are of, for a title: the file's name, or the run's. */
  readonly name: string;
  /** The other model's, where there is one. */
  readonly against?: string;
  /** The class that is positive; undefined where the file does not name classes, or there are several. */
  readonly positiveClass?: string;
  /** How the images of two files were found in each other; undefined where there is one file. */
  readonly pairedBy?: PairedBy;
  readonly evaluation: Evaluation | ClassesEvaluation;
}

/**
 * Evaluates a run's `predictions.json`, or a CSV file of any program's scores.
 * @throws UserError naming the file, and what is wrong in it
 */
export async function evaluateFile(file: string, options: EvaluateFileOptions = {}): Promise<EvaluatedFile> {
  const { against, prevalence } = options;
  const first = await readFile(file, options);
  if ("stored" in first && against === undefined) refuseColumns(file, options);
  const name = nameOf(file);
  const asked = prevalence === undefined ? {} : { prevalence };
  if ("stored" in first && first.positive === undefined) {
    const { preds } = first.stored;
    if (against !== undefined) throw severalClasses(preds.classes);
    const { threshold } = options;
    return { name, evaluation: evaluateClasses({ ...preds, groups: first.groups }, { ...asked, threshold }) };
  }
  const { items, threshold } = oneClass(first, options.threshold);
  const positive = { positiveClass: "stored" in first ? first.positive : options.positive };
  if (against === undefined) {
    return { name, ...positive, evaluation: evaluateScores(items, { ...asked, threshold }) };
  }
  const other = await readFile(against, options, first);
  if ("stored" in first && "stored" in other) refuseColumns(`${file} and ${against}`, options);
  requireImageColumn(options.image, [first, other]);
  const second = oneClass(other, options.threshold);
  if ("stored" in first && "stored" in other) {
    requireSameImages(first.stored, other.stored, `${file} and ${against}`);
  }
  const { items: paired, pairedBy } = pairImages(
    { file, items, ...calledIn(first) },
    { file: against, items: second.items, ...calledIn(other) },
  );
  const compared = {
    ...items,
    // Either file may know whose images they are.
    groups: items.groups ?? paired.groups,
    ...{ second: paired.scores, secondCalled: paired.called },
  };
  return {
    ...{ name, against: nameOf(against), ...positive, pairedBy },
    evaluation: evaluateScores(compared, {
      ...{ ...asked, threshold },
      secondThreshold: second.threshold ?? null,
    }),
  };
}

/** @throws UserError where an option is about a CSV file, and only runs are evaluated: it would do nothing */
function refuseColumns(runs: string, options: EvaluateFileOptions): void {
  for (const name of [
    "y",
    "score",
    "patient",
    "image",
    "second",
    "logit",
    "delimiter",
    "encoding",
  ] as const) {
    const value = options[name];
    if (typeof value !== "string") continue;
    throw new UserError(
      `--${name} is ${JSON.stringify(value)}, which is about the columns of a CSV file, and ${runs} holds a run's predictions.`,
      "Leave it out, or give a CSV file.",
    );
  }
}

const severalClasses = (classes: readonly string[]): UserError =>
  new UserError(
    `A run has ${classes.length} classes, and two models are compared on one class against the rest.`,
    `Say which class with --positive, such as --positive ${JSON.stringify(classes[0])}.`,
  );

/** What the images of a file are called, and in which rows they stand. */
const calledIn = (read: ReadFile): Pick<NamedImages, "names" | "rows"> =>
  "stored" in read ? { names: read.stored.paths } : read.table;

/** @throws UserError where a column of the images' names is asked for, and a CSV file has none */
function requireImageColumn(named: string | false | undefined, read: readonly ReadFile[]): void {
  const isUnknown = read.some((each) => "table" in each && each.table.names === undefined);
  if (typeof named !== "string" || !isUnknown) return;
  throw new UserError(
    `One of the two files has no column ${JSON.stringify(named)} that names the images.`,
    "Give it one, or leave out --image: rows are then paired in their order.",
  );
}

type ReadFile =
  | { readonly table: ScoreTable }
  | { readonly stored: StoredPredictions; readonly groups?: Groups; readonly positive?: string };

/** @param beside the file that it is compared with: a run then says which class is positive; a CSV file may say 1 for it */
async function readFile(file: string, options: EvaluateFileOptions, beside?: ReadFile): Promise<ReadFile> {
  const ofRun = beside !== undefined && "stored" in beside;
  const asked = ofRun ? beside.positive : options.positive;
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  const json = isFolder ? path.join(file, "predictions.json") : file;
  if (!isFolder && !/\.json$/i.test(file)) {
    const other = { orOne: ofRun, ...columnsBeside(options, beside) };
    return { table: readScoreTable(file, { ...options, positive: asked }, other) };
  }
  const stored = await readPredictions(json);
  const { threshold } = options;
  if (threshold !== undefined) checkNumber("threshold", threshold, { from: 0, to: 1 });
  const { preds } = stored;
  const positive = positiveClass(preds.classes, asked ?? preds.positiveClass, "--positive")?.name;
  return { stored, groups: options.patient === false ? undefined : patientsOf(stored), positive };
}

/** Which columns that options name a CSV file need not have, since the other file of two has them. */
function columnsBeside(
  { against }: EvaluateFileOptions,
  before: ReadFile | undefined,
): Pick<BesideAnotherFile, "orNone" | "orUsual"> {
  if (before === undefined) return { orNone: against === undefined ? [] : ["patient"] };
  if ("stored" in before) return {};
  const patient = before.table.patients ? (["patient"] as const) : [];
  return { orUsual: ["y", "score", "image", "second", "logit", ...patient] };
}

/** The threshold that a run has chosen on its held-out images, for the class that is positive. */
function chosenThreshold({ stored, positive }: Extract<ReadFile, { stored: unknown }>): number | undefined {
  const chosen = stored.choices?.threshold;
  return chosen?.positiveClass === positive ? chosen?.threshold : undefined;
}

/**
 * One class against the rest: what is called positive follows the threshold that is given, else the one that the run has
 * chosen, else its most probable class; of a CSV file 0.5.
 */
function oneClass(
  read: ReadFile,
  given: number | undefined,
): { readonly items: EvaluatedScores; readonly threshold: number | undefined } {
  if ("stored" in read) {
    const preds = { ...read.stored.preds, groups: read.groups };
    if (read.positive === undefined) throw severalClasses(preds.classes);
    return scoresOfClass(preds, read.positive, given ?? chosenThreshold(read));
  }
  const { scores, positive, patients: groups, second, logits } = read.table;
  return { items: { scores, positive, groups, second, logits }, threshold: given ?? 0.5 };
}

/** Whose images a run predicted; files of earlier versions do not say it, but the names of Kermany's images do. */
function patientsOf({ dataset, paths, preds }: StoredPredictions): Groups | undefined {
  if (preds.patients) return preds.patients;
  return dataset?.source === "kermany" ? paths.map(kermanyPatient) : undefined;
}

const nameOf = (file: string): string => {
  const name = path.basename(file);
  return name === "predictions.json" ? path.basename(path.dirname(path.resolve(file))) : name;
};
