import { stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { kermanyPatient } from "../xrays/kermanyPatient.js";
import { binaryScores } from "../statistics/BinaryScores.js";
import { type ClassesEvaluation, evaluateClasses, logitsOfClass } from "../statistics/evaluateClasses.js";
import {
  type EvaluatedScores,
  type EvaluateOptions,
  type Evaluation,
  evaluateScores,
} from "../statistics/evaluateScores.js";
import { type Groups, numberedGroups } from "../statistics/Groups.js";
import { positiveClass } from "../statistics/positiveClass.js";
import { requireSameImages } from "./requireSameImages.js";
import { readPredictions, type StoredPredictions } from "./predictionsFile.js";
import { readScoreTable, type ScoreTableOptions } from "./readScoreTable.js";

/** What is evaluated, how, and beside what. */
export interface EvaluateFileOptions extends ScoreTableOptions, EvaluateOptions {
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
  const threshold = options.threshold ?? chosenThreshold(first);
  const name = nameOf(file);
  const asked = {
    ...(threshold !== undefined && { threshold }),
    ...(prevalence !== undefined && { prevalence }),
  };
  if ("stored" in first && first.positive === undefined) {
    const { preds } = first.stored;
    if (against !== undefined) {
      throw new UserError(
        `${file} has ${preds.classes.length} classes, and two models are compared on one class against the rest.`,
        `Say which class with --positive, such as --positive ${JSON.stringify(preds.classes[0])}.`,
      );
    }
    return { name, evaluation: evaluateClasses({ ...preds, groups: first.groups }, asked) };
  }
  const items = itemsOf(first);
  const positive = { positiveClass: "stored" in first ? first.positive : options.positive };
  if (against === undefined) return { name, ...positive, evaluation: evaluateScores(items, asked) };
  const other = await readFile(
    against,
    "stored" in first ? { ...options, positive: first.positive } : options,
  );
  if ("stored" in first && "stored" in other)
    requireSameImages(first.stored, other.stored, `${file} and ${against}`);
  const second = itemsOf(other);
  requireSameItems(items, second, `${file} and ${against}`);
  return {
    ...{ name, against: nameOf(against), ...positive },
    evaluation: evaluateScores({ ...items, second: second.scores }, asked),
  };
}

type ReadFile =
  | { readonly items: EvaluatedScores }
  | { readonly stored: StoredPredictions; readonly groups?: Groups; readonly positive?: string };

async function readFile(file: string, options: ScoreTableOptions): Promise<ReadFile> {
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  const json = isFolder ? path.join(file, "predictions.json") : file;
  if (!isFolder && !/\.json$/i.test(file)) {
    const { patients, ...table } = readScoreTable(file, options);
    return { items: { ...table, groups: patients } };
  }
  const stored = await readPredictions(json);
  const { preds } = stored;
  const positive = positiveClass(preds.classes, options.positive ?? preds.positiveClass, "--positive")?.name;
  return { stored, groups: options.patient === false ? undefined : patientsOf(stored), positive };
}

/** The threshold that a run has chosen on its held-out images, for the class that is positive. */
function chosenThreshold(read: ReadFile): number | undefined {
  if ("items" in read) return undefined;
  const chosen = read.stored.choices?.threshold;
  return chosen?.positiveClass === read.positive ? chosen?.threshold : undefined;
}

/** One class against the rest. */
function itemsOf(read: ReadFile): EvaluatedScores {
  if ("items" in read) return read.items;
  const { stored, groups, positive = "" } = read;
  const { preds } = stored;
  return { ...binaryScores(preds, positive), logits: logitsOfClass(preds, positive), groups };
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

/** @throws UserError when two files are not about the same images, as far as they tell */
function requireSameItems(first: EvaluatedScores, second: EvaluatedScores, called: string): void {
  const [n, other] = [first.scores.length, second.scores.length];
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).findIndex((value, i) => value !== b[i]);
  const differs = n === other ? same(first.positive, second.positive) : -1;
  const patients =
    n === other && first.groups && second.groups
      ? same(numberedGroups(n, first.groups).of, numberedGroups(n, second.groups).of)
      : -1;
  if (n === other && differs === -1 && patients === -1) return;
  const what =
    n !== other
      ? `${n} and ${other} images`
      : `another ${differs === -1 ? "patient" : "class"} in row ${Math.max(differs, patients) + 2}`;
  throw new UserError(
    `${called} are not about the same images: they have ${what}.`,
    "Give predictions of the same images, in the same order.",
  );
}
