import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { GroupNoun } from "../core/groupNoun.js";
import { readJson } from "../core/readJson.js";
import { valueAt } from "../core/valueAt.js";
import type { RunData, RunSettings } from "./RunData.js";
import type { Choices } from "./heldOut/Choices.js";
import { choicesSchema } from "./heldOut/choicesSchema.js";
import { classNames, count, groupNoun, runData, settings, text } from "./runSchemas.js";
import { crossEntropyOfProbabilities } from "../statistics/crossEntropy.js";
import type { Predictions } from "../statistics/Predictions.js";
import { sum } from "../statistics/sum.js";
import { writeFiles } from "../core/writeFiles.js";

/** What was predicted, and for which files. */
export interface PredictedFiles {
  readonly preds: Predictions;
  /** As they were given, in the order of the predictions. */
  readonly paths: readonly string[];
}

/** What a run predicted, and how it was made. */
export interface StoredPredictions extends PredictedFiles {
  /** The run's seed. */
  readonly seed: number;
  /** How the run was made; undefined in files of earlier versions. */
  readonly settings?: RunSettings;
  /** The run's images; undefined in files of earlier versions. */
  readonly dataset?: RunData;
  /** What was chosen on held-out images; all probabilities are those at its temperature. */
  readonly choices?: Choices;
  /** The held-out images, where there are some. */
  readonly heldOut?: PredictedFiles;
}

/** An image with its actual class and its probabilities in the order of the classes. */
interface StoredItem {
  readonly path: string;
  readonly class: string;
  /** The number of its patient, from 0 in the order of their first images; undefined where it is not known. */
  readonly patient?: number;
  readonly probs: readonly number[];
}

/** The file. */
interface Stored {
  readonly seed: number;
  readonly settings?: RunSettings;
  readonly dataset?: RunData;
  readonly classes: readonly string[];
  /** The class that the run's measures speak of; undefined: what the classes' names say. */
  readonly positiveClass?: string;
  /** What is called a patient below, where the images need not be of any. */
  readonly groupNoun?: GroupNoun;
  readonly choices?: Choices;
  readonly items: readonly StoredItem[];
  /** Those that the choices were made on. */
  readonly heldOut?: readonly StoredItem[];
}

/**
 * Writes predictions as JSON: for each file its class and its probabilities.
 * @throws UserError naming the file when it cannot be written
 */
export async function writePredictions(
  file: string,
  { seed, settings, dataset, choices, heldOut, ...tested }: StoredPredictions,
): Promise<void> {
  const { classes, positiveClass, groupNoun } = tested.preds;
  const stored: Stored = {
    ...{ seed, settings, dataset, choices, classes, positiveClass, groupNoun },
    items: itemsOf(tested),
    heldOut: heldOut && itemsOf(heldOut),
  };
  await writeFiles([{ file, pieces: [Buffer.from(`${JSON.stringify(stored)}\n`)] }]);
}

const itemsOf = ({ preds: { classes, y, probs, patients }, paths }: PredictedFiles): StoredItem[] =>
  paths.map((path, i) => ({
    path,
    class: valueAt(classes, valueAt(y, i)),
    ...(patients && { patient: valueAt(patients, i) }),
    probs: Array.from(probs.subarray(i * classes.length, (i + 1) * classes.length)),
  }));

/**
 * Reads what `writePredictions` wrote.
 * @throws UserError naming the file when it is missing or holds something else, and then the field, what was found
 * there and what is right
 */
export async function readPredictions(file: string): Promise<StoredPredictions> {
  const { classes, positiveClass, groupNoun, items, heldOut, ...run } = await readJson(schema, {
    file,
    remedy: "Name a run that `npx xray run` finished; make it anew if its files were changed.",
  });
  const predicted = (stored: readonly StoredItem[]): PredictedFiles => {
    const y = Int32Array.from(stored, (item) => classes.indexOf(item.class));
    const probs = Float32Array.from(stored.flatMap((item) => item.probs));
    const known = stored.flatMap(({ patient }) => patient ?? []);
    const preds = {
      ...{ classes, positiveClass, y, probs, losses: crossEntropyOfProbabilities(probs, y) },
      ...(known.length > 0 && { patients: Int32Array.from(known), ...(groupNoun && { groupNoun }) }),
    };
    return { preds, paths: stored.map(({ path }) => path) };
  };
  return { ...run, ...predicted(items), ...(heldOut && { heldOut: predicted(heldOut) }) };
}

/** Softmax in single precision, and what its rounding adds up to over many classes. */
const tolerance = 1e-4;

const probability = z
  .number({ error: "expected a probability; a net that gives none has diverged in training" })
  .min(0, "expected a probability in 0..1")
  .max(1, "expected a probability in 0..1");

const storedItems = z
  .array(
    z.object({
      ...{ path: text, class: text, patient: count().optional() },
      probs: z.array(probability, { error: "expected a list" }),
    }),
    { error: "expected a list of images" },
  )
  .min(1, "expected at least one image")
  .superRefine((items, context) => {
    let next = 0;
    for (const [i, { patient }] of items.entries()) {
      const isKnown = items[0]?.patient !== undefined;
      if (isKnown === (patient !== undefined) && (patient ?? 0) <= next) {
        if (patient === next) next++;
        continue;
      }
      const message = isKnown
        ? `expected the number of a patient before, or ${next}, the next one's`
        : "expected no patient, since the first image has none";
      context.addIssue({ code: "custom", path: [i, "patient"], message, input: patient });
      return;
    }
  });

const schema: z.ZodType<Stored> = z
  .object({
    seed: z.int({ error: "expected a whole number" }),
    settings: z.object(settings).optional(),
    dataset: runData.optional(),
    classes: classNames,
    positiveClass: text.optional(),
    groupNoun: groupNoun.optional(),
    choices: choicesSchema.optional(),
    items: storedItems,
    heldOut: storedItems.optional(),
  })
  .superRefine(({ classes, positiveClass, choices, ...images }, context) => {
    const names = new Set(classes);
    const { threshold, conformalSets } = choices ?? {};
    const named = [
      { path: ["positiveClass"], input: positiveClass },
      { path: ["choices", "threshold", "positiveClass"], input: threshold?.positiveClass },
    ];
    for (const { path, input } of named) {
      if (input === undefined || names.has(input)) continue;
      const message = `expected one of the classes, ${classes.join(", ")}`;
      context.addIssue({ code: "custom", path, message, input });
    }
    if (conformalSets && !isDeepStrictEqual(conformalSets.classes, classes)) {
      const [path, input] = [["choices", "conformalSets", "classes"], conformalSets.classes];
      context.addIssue({ code: "custom", path, input, message: "expected the classes, in their order" });
    }
    const seen = new Set<string>();
    const sets = (["items", "heldOut"] as const).flatMap((set) =>
      (images[set] ?? []).map((item, i) => ({ item, place: [set, i] })),
    );
    for (const { item, place } of sets) {
      const { path, class: name, probs } = item;
      const refuse = (field: keyof typeof item, message: string) => {
        context.addIssue({ code: "custom", path: [...place, field], message, input: item[field] });
      };
      if (!names.has(name)) refuse("class", `expected one of the classes, ${classes.join(", ")}`);
      if (seen.has(path)) refuse("path", "expected no image twice");
      seen.add(path);
      if (probs.length !== classes.length) refuse("probs", `expected ${classes.length} probabilities`);
      else if (Math.abs(sum(probs) - 1) > tolerance)
        refuse("probs", "expected probabilities that add up to 1");
    }
  });
