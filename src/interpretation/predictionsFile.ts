import { readFile } from "node:fs/promises";
import { messageOf, UserError } from "../errors.js";
import type { Predictions } from "../training/Predictions.js";
import { writeFiles } from "../writeFiles.js";

/** What a run predicted, and for which files. */
export interface StoredPredictions {
  /** Of the run. */
  readonly seed: number;
  readonly preds: Predictions;
  /** As they were given, in the order of the predictions. */
  readonly paths: readonly string[];
}

interface Stored {
  readonly seed: number;
  readonly classes: readonly string[];
  /** Each with its actual class and its probabilities in the order of the classes. */
  readonly items: readonly {
    readonly path: string;
    readonly class: string;
    readonly probs: readonly number[];
  }[];
}

/**
 * Writes predictions as JSON: for each file its class and its probabilities.
 * @throws UserError naming the file when it cannot be written
 */
export async function writePredictions(
  file: string,
  { seed, preds, paths }: StoredPredictions,
): Promise<void> {
  const { classes, y, probs } = preds;
  const items = paths.map((path, i) => ({
    path,
    class: classes[y[i] ?? -1] ?? "",
    probs: Array.from(probs.subarray(i * classes.length, (i + 1) * classes.length)),
  }));
  const stored: Stored = { seed, classes, items };
  await writeFiles([{ file, pieces: [Buffer.from(`${JSON.stringify(stored)}\n`)] }]);
}

/**
 * Reads what `writePredictions` wrote.
 * @throws UserError naming the file when it is missing or holds something else
 */
export async function readPredictions(file: string): Promise<StoredPredictions> {
  const remedy = "Name a run that `npx xray run` finished.";
  let stored: unknown;
  try {
    stored = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${messageOf(cause)}`, remedy, { cause });
  }
  if (!isStored(stored)) throw new UserError(`${file} holds no predictions of a run.`, remedy);
  const { seed, classes, items } = stored;
  const y = Int32Array.from(items, (item) => classes.indexOf(item.class));
  const probs = Float32Array.from(items.flatMap((item) => item.probs));
  return {
    seed,
    preds: { classes, y, probs, losses: lossesOf(probs, y) },
    paths: items.map(({ path }) => path),
  };
}

function isStored(value: unknown): value is Stored {
  const { seed, classes, items } = (value ?? {}) as Partial<Record<keyof Stored, unknown>>;
  if (typeof seed !== "number" || !Array.isArray(classes) || !Array.isArray(items)) return false;
  const names: readonly unknown[] = classes;
  return items.every((item: unknown) => {
    const {
      path,
      class: name,
      probs,
    } = (item ?? {}) as Partial<Record<keyof Stored["items"][number], unknown>>;
    return (
      typeof path === "string" &&
      names.includes(name) &&
      Array.isArray(probs) &&
      probs.length === names.length &&
      probs.every((p) => typeof p === "number")
    );
  });
}

/** Cross-entropies from probabilities `[n, c]` row by row. */
export function lossesOf(probs: Float32Array, y: Int32Array): Float32Array {
  const c = probs.length / y.length;
  return Float32Array.from(y, (label, i) => -Math.log(probs[i * c + label] ?? NaN));
}
