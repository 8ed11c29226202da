import { stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { kermanyPatient } from "../xrays/kermanyPatient.js";
import { calledFrom } from "../statistics/classShares.js";
import { type ClassesEvaluation, evaluateClasses } from "../statistics/evaluateClasses.js";
import {
  type EvaluatedScores,
  type EvaluateOptions,
  type Evaluation,
  evaluateScores,
} from "../statistics/evaluateScores.js";
import { type Groups, numberedGroups } from "../statistics/Groups.js";
import { positiveClass } from "../statistics/positiveClass.js";
import { scoresOfClass, type ScoresOfClass } from "../statistics/scoresOfClass.js";
import { requireSameImages } from "./requireSameImages.js";
import { readPredictions, type StoredPredictions } from "./predictionsFile.js";
import { readScoreTable, type ScoreTableOptions } from "./readScoreTable.js";

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
  readonly evaluation: Evaluation | ClassesEvaluation;
}

/**
 * Evaluates a run's `predictions.json`, or a CSV file of any program's scores.
 * @throws UserError naming the file, and what is wrong in it
 */
export async function evaluateFile(file: string, options: EvaluateFileOptions = {}): Promise<EvaluatedFile> {
  const { against, prevalence } = options;
  const first = await readFile(file, options);
  const name = nameOf(file);
  const asked = prevalence === undefined ? {} : { prevalence };
  if ("stored" in first && first.positive === undefined) {
    const { preds } = first.stored;
    if (against !== undefined) {
      throw new UserError(
        `${file} has ${preds.classes.length} classes, and two models are compared on one class against the rest.`,
        `Say which class with --positive, such as --positive ${JSON.stringify(preds.classes[0])}.`,
      );
    }
    const { threshold } = options;
    return { name, evaluation: evaluateClasses({ ...preds, groups: first.groups }, { ...asked, threshold }) };
  }
  const { items, threshold } = oneClass(first, options.threshold);
  const positive = { positiveClass: "stored" in first ? first.positive : options.positive };
  if (against === undefined) {
    return { name, ...positive, evaluation: evaluateScores(items, { ...asked, threshold }) };
  }
  const other = await readFile(against, options, first);
  const second = oneClass(other, options.threshold);
  const both = `${file} and ${against}`;
  if ("stored" in first && "stored" in other) requireSameImages(first.stored, other.stored, both);
  else requireSameItems(items, second.items, both, "items" in first && "items" in other);
  const compared = {
    ...items,
    // Either file may know whose images they are.
    groups: items.groups ?? second.items.groups,
    ...{ second: second.items.scores, secondCalled: second.items.called },
  };
  return {
    ...{ name, against: nameOf(against), ...positive },
    evaluation: evaluateScores(compared, {
      ...{ ...asked, threshold },
      secondThreshold: second.threshold ?? null,
    }),
  };
}

type ReadFile =
  | { readonly items: EvaluatedScores }
  | { readonly stored: StoredPredictions; readonly groups?: Groups; readonly positive?: string };

/** @param beside the file that it is compared with: a run then says which class is positive; a CSV file may say 1 for it */
async function readFile(file: string, options: ScoreTableOptions, beside?: ReadFile): Promise<ReadFile> {
  const ofRun = beside !== undefined && "stored" in beside;
  const asked = ofRun ? beside.positive : options.positive;
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  const json = isFolder ? path.join(file, "predictions.json") : file;
  if (!isFolder && !/\.json$/i.test(file)) {
    const { patients, ...table } = readScoreTable(file, { ...options, positive: asked }, ofRun);
    return { items: { ...table, groups: patients } };
  }
  const stored = await readPredictions(json);
  const { preds } = stored;
  const positive = positiveClass(preds.classes, asked ?? preds.positiveClass, "--positive")?.name;
  return { stored, groups: options.patient === false ? undefined : patientsOf(stored), positive };
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
function oneClass(read: ReadFile, given: number | undefined): ScoresOfClass {
  if ("stored" in read) {
    const preds = { ...read.stored.preds, groups: read.groups };
    return scoresOfClass(preds, read.positive ?? "", given ?? chosenThreshold(read));
  }
  const { items } = read;
  const threshold = given ?? 0.5;
  return { items: { ...items, called: calledFrom(items.scores, threshold) }, threshold };
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

/**
 * @param areTables whether both are CSV files, whose rows are told by their numbers
 * @throws UserError when two files are not about the same images, as far as they tell
 */
function requireSameItems(
  first: EvaluatedScores,
  second: EvaluatedScores,
  called: string,
  areTables: boolean,
): void {
  const [n, other] = [first.scores.length, second.scores.length];
  const refuse = (what: string): never => {
    throw new UserError(
      `${called} are not about the same images: they have ${what}.`,
      "Give predictions of the same images, in the same order.",
    );
  };
  if (n !== other) refuse(`${n} and ${other} images`);
  const requireEqual = (what: string, a: ArrayLike<number>, b: ArrayLike<number>) => {
    const at = Array.from(a).findIndex((value, i) => value !== b[i]);
    if (at !== -1) refuse(`another ${what} ${areTables ? `in row ${at + 2}` : `of image ${at + 1}`}`);
  };
  requireEqual("class", first.positive, second.positive);
  if (!first.groups || !second.groups) return;
  requireEqual("patient", numberedGroups(n, first.groups).of, numberedGroups(n, second.groups).of);
}
