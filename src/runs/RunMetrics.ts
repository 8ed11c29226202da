import { z } from "zod";
import type { GroupNoun } from "../core/groupNoun.js";
import { readJson } from "../core/readJson.js";
import type { RunData, RunSettings } from "./RunData.js";
import type { Interruption } from "../training/backup/SavedFit.js";
import type { Choices } from "./heldOut/Choices.js";
import { choicesSchema } from "./heldOut/choicesSchema.js";
import type { DataSource } from "../xrays/DataSource.js";
import { type RunBudget, runBudget } from "./budget/RunBudget.js";
import { classNames, coreMeasures, count, groupNoun, runData, settings, text } from "./runSchemas.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Evaluation } from "../statistics/evaluateScores.js";
import { sum } from "../statistics/sum.js";
import {
  type Clustering,
  independentImages,
  matrixMetrics,
  type ShareName,
  shareNames,
} from "../interpretation/matrixMetrics.js";

/** A share in 0..1; null where there is nothing to be a share of. */
type Share = number | null;

/** A row of the training table: an epoch's losses, and its metrics by their names. */
export type HistoryEntry = Readonly<Record<string, number | string | null | undefined>> & {
  readonly phase: string;
  readonly epoch: number;
};

/** What `metrics.json` holds of a run: `saveMetrics` writes it, and reports read it. */
export interface RunMetrics extends RunSettings {
  readonly errorRate: Share;
  readonly accuracy: Share;
  readonly precision: Share;
  readonly recall: Share;
  readonly specificity: Share;
  readonly balancedAccuracy: Share;
  /** Rows actual, columns predicted. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** The class that precision, recall and specificity speak of; null: they are means over the classes. */
  readonly positiveClass: string | null;
  /** How many patients the images are of; null or undefined: it is not known, and images are taken as independent. */
  readonly patients?: number | null;
  /** What is called a patient above, where the images need not be of any. @default "patient" */
  readonly groupNoun?: GroupNoun;
  /**
   * By how much the variance of each measure is larger than that of as many independent images; null where that cannot be
   * known. Undefined in files of earlier versions, which take images as independent.
   */
  readonly designEffects?: Readonly<Record<ShareName, number | null>>;
  /** 95% intervals of the measures above that have one: Wilson's, of so many images as there are over the design effect. */
  readonly intervals: Readonly<Record<string, readonly [low: Share, high: Share]>>;
  /** The core set of measures; undefined in files of earlier versions. `npx xray evaluate` computes it anew. */
  readonly evaluation?: Evaluation | ClassesEvaluation;
  readonly classes: readonly string[];
  readonly trainSize: number;
  readonly validSize: number;
  readonly seed: number;
  /** What was chosen on held-out images, where some were held out. */
  readonly choices?: Choices;
  /** The images; in files of earlier versions a text, which says only whether they were drawn. */
  readonly dataset: RunData | string;
  /** What loading the images has warned of, in sentences; undefined where of nothing, and in files of earlier versions. */
  readonly warnings?: readonly string[];
  readonly history?: readonly HistoryEntry[];
  /** Where the run was stopped and went on; undefined in files of earlier versions. */
  readonly interruptions?: readonly Interruption[];
  /** The budget of a run that was to take some minutes. */
  readonly budget?: RunBudget;
  readonly device: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: Readonly<Record<string, unknown>>;
  /** The commit of the project's sources; undefined outside a git checkout. */
  readonly commit?: string;
}

/**
 * What the images are called that a run was judged on: those of a folder that is called test, or that were opened once
 * everything was chosen; all others, such as a part of the training folder that chance has drawn, are no test images.
 */
export function judgedSet({
  dataset,
  choices,
}: Pick<RunMetrics, "dataset" | "choices">): "test" | "validation" {
  if (choices !== undefined || typeof dataset === "string") return "test";
  return dataset.train.folder !== dataset.valid.folder && /^test/i.test(dataset.valid.folder)
    ? "test"
    : "validation";
}

/** Whose images a run is about, and "unknown" where its file, of an earlier version, does not say. */
export function dataSource({ dataset }: Pick<RunMetrics, "dataset">): DataSource | "unknown" {
  if (typeof dataset !== "string") return dataset.source;
  return dataset === "phantom" ? "phantom" : "unknown";
}

/**
 * @throws UserError naming the file when it is missing or no run's, and then the field, what was found there and what
 * is right
 */
export function readMetrics(file: string): Promise<RunMetrics> {
  return readJson(schema, {
    file,
    remedy: "Name a folder in runs/ that `npx xray run` wrote; make the run anew if its files were changed.",
  });
}

const between = "expected a number in 0..1, or null where there is nothing to be a share of";
const share = z.number({ error: between }).min(0, between).max(1, between).nullable();
const finite = z.number({ error: "expected a number" });

const effect = z
  .number({ error: "expected a number from 1 on, or null" })
  .min(1, "expected a number from 1 on, or null")
  .nullable();
const designEffects = Object.fromEntries(shareNames.map((name) => [name, effect])) as Record<
  ShareName,
  typeof effect
>;

const schema: z.ZodType<RunMetrics> = z
  .looseObject({
    ...settings,
    errorRate: share,
    accuracy: share,
    precision: share,
    recall: share,
    specificity: share,
    balancedAccuracy: share,
    confusionMatrix: z.array(z.array(count()), { error: "expected a list of rows" }),
    // Files of runs that had no positive class say null.
    positiveClass: text.nullable(),
    patients: count(1).nullable().optional(),
    groupNoun: groupNoun.optional(),
    designEffects: z.object(designEffects).optional(),
    intervals: z.record(z.string(), z.tuple([share, share], { error: "expected a low and a high end" })),
    classes: classNames,
    trainSize: count(),
    validSize: count(),
    seed: z.int({ error: "expected a whole number" }),
    dataset: z.union([z.string(), runData], { error: "expected which images the run is about" }),
    evaluation: coreMeasures.optional(),
    choices: choicesSchema.optional(),
    warnings: z.array(text).optional(),
    history: z
      .array(
        z.object({ phase: text, epoch: finite }).catchall(z.union([finite, z.string(), z.null()]).optional()),
      )
      .optional(),
    interruptions: z
      .array(z.object({ what: text, epoch: finite, batch: finite, stopped: text, resumed: text }))
      .optional(),
    budget: runBudget.optional(),
    device: z.enum(["cpu", "gpu"], { error: "expected cpu or gpu" }),
    versions: z.record(z.string(), z.string({ error: "expected a version" })),
    seconds: z.record(z.string(), z.unknown()),
    commit: text.optional(),
  })
  .superRefine((run, context) => {
    const refuse = (field: keyof RunMetrics, message: string) => {
      context.addIssue({ code: "custom", path: [field], message, input: run[field] });
    };
    const { classes, confusionMatrix: matrix } = run;
    if (matrix.length !== classes.length || matrix.some((row) => row.length !== classes.length)) {
      refuse("confusionMatrix", `expected ${classes.length} rows of ${classes.length} counts`);
      return;
    }
    if (run.positiveClass !== null && !classes.includes(run.positiveClass)) {
      refuse("positiveClass", `expected one of the classes, ${classes.join(", ")}`);
      return;
    }
    if (run.positiveClass === null && classes.length === 2) {
      refuse("positiveClass", `of two classes one is positive: expected ${classes.join(" or ")}`);
      return;
    }
    const images = sum(matrix.map(sum));
    if (run.validSize !== images) refuse("validSize", `the confusion matrix is of ${images} images`);
    if (run.history?.length === 0 && run.epochsFrozen + run.epochsUnfrozen > 0) {
      refuse("history", "expected the rows of the epochs that epochsFrozen and epochsUnfrozen tell of");
    }
    if (typeof run.dataset !== "string") {
      for (const [split, size] of Object.entries({ train: run.trainSize, valid: run.validSize })) {
        const counts = new Map(Object.entries(run.dataset[split as "train" | "valid"].classes));
        const known = classes.map((name) => counts.get(name) ?? NaN);
        const tested = split === "valid" ? matrix.map(sum) : known;
        if (
          counts.size !== classes.length ||
          sum(known) !== size ||
          known.some((each, i) => each !== tested[i])
        ) {
          context.addIssue({
            code: "custom",
            path: ["dataset", split, "classes"],
            input: Object.fromEntries(counts),
            message:
              `expected ${size} images of the classes ${classes.join(", ")}` +
              (split === "valid" ? `, as the confusion matrix has them: ${tested.join(", ")}` : ""),
          });
        }
      }
    }
    const { patients = null } = run;
    if (patients !== null && patients > images) refuse("patients", `there are ${images} images`);
    if (patients === null && Object.values(run.designEffects ?? {}).some((each) => each !== 1)) {
      refuse("designEffects", "expected 1 for each, since it is not known whose the images are");
      return;
    }
    const wanted = matrixMetrics(matrix, classes, run.positiveClass ?? undefined, clusteringOf(run));
    for (const field of derived) {
      if (!isSame(run[field], wanted[field])) {
        refuse(field, `by the confusion matrix it is ${inWords(wanted[field])}`);
      }
    }
    for (const [name, interval] of Object.entries(run.intervals)) {
      const ends = wanted.intervals[name];
      if (ends?.every((end, i) => isSame(interval[i] ?? null, end)) !== false) continue;
      context.addIssue({
        code: "custom",
        path: ["intervals", name],
        input: interval,
        message: `by the confusion matrix${patients === null ? "" : " and the design effect"} it is ${ends.map(inWords).join(" to ")}`,
      });
    }
  });

/** How a run says that its images go together in patients. */
function clusteringOf({
  patients,
  designEffects,
}: Pick<RunMetrics, "patients" | "designEffects">): Clustering {
  if (patients === undefined || patients === null || !designEffects) return independentImages;
  const effects = shareNames.map((name) => [name, designEffects[name] ?? NaN]);
  return { patients, designEffects: Object.fromEntries(effects) as Clustering["designEffects"] };
}

/** The measures that the confusion matrix and the positive class determine. */
const derived = ["errorRate", "accuracy", "precision", "recall", "specificity", "balancedAccuracy"] as const;

/** A share of nothing is NaN where it is computed, and null in the file. */
const isSame = (stored: Share, computed: number): boolean =>
  stored === null ? Number.isNaN(computed) : Math.abs(stored - computed) <= 1e-6;

const inWords = (value: number): string => (Number.isNaN(value) ? "null" : value.toFixed(6));
