import { createHash } from "node:crypto";
import path from "node:path";
import { collectGarbage } from "../../core/collectGarbage.js";
import {
  readSafetensors,
  type StoredTensor,
  type StreamedTensor,
  streamSafetensors,
} from "../../engine/safetensors.js";
import type { Variable } from "../../engine/Variable.js";
import { bytesOf } from "../../core/writeFiles.js";
import { problemOf, UserError } from "../../core/errors.js";
import type { Cnn } from "../../models/Cnn.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import { captureRng, type RngState, type Streams } from "../rngState.js";
import type { BatchTrainer } from "../session/BatchTrainer.js";

/** Everything that training changes, but for the training loop and its callbacks. */
export interface TrainedParts {
  readonly model: Cnn;
  readonly optimizer: Optimizer;
  readonly runner: BatchTrainer;
  readonly streams: Streams;
}

/** The parts' state but for their arrays, as plain data. */
export interface TrainedState {
  readonly optimizer: Pick<Optimizer, "t" | "mom" | "lrs" | "wd">;
  readonly rng: RngState;
  /** Gradients that wait for the optimizer's next step. */
  readonly accumulated?: { readonly batches: number; readonly weight: number };
}

/** Values that are in memory at the same time, beside those of the net. */
const bytesAtOnce = 1 << 25;

const modelPrefix = "model.";
const slotPrefix = "optimizer.";
const sumPrefix = "sum.";

/** What the parts' arrays do not hold, between two steps. */
export function trainedState({ optimizer, runner, streams }: TrainedParts): TrainedState {
  const { t, mom, lrs, wd } = optimizer;
  const { accumulated } = runner;
  return {
    optimizer: { t, mom, lrs, wd },
    rng: captureRng(streams),
    accumulated: accumulated && { batches: accumulated.batches, weight: accumulated.weight },
  };
}

/**
 * Writes the parts' arrays, a few at a time; the training thread keeps its own.
 * @returns the file's SHA-256
 * @throws UserError when it cannot be written
 */
export function writeArrays(file: string, parts: TrainedParts): Promise<string> {
  const variables = namedVariables(parts);
  const tensors = variables.map(([name, { shape }]): StreamedTensor => ({ name, shape }));
  return streamSafetensors(file, tensors, valuesOf(parts.runner, variables));
}

/** SHA-256 over the parts' arrays. */
export async function hashArrays(parts: TrainedParts): Promise<string> {
  const hash = createHash("sha256");
  const variables = namedVariables(parts);
  hash.update(JSON.stringify(variables.map(([name, { shape }]) => [name, shape])));
  for await (const values of valuesOf(parts.runner, variables)) hash.update(bytesOf(values));
  return hash.digest("hex");
}

/** The arrays that were written, by their names. */
export type TrainedArrays = ReadonlyMap<string, Pick<StoredTensor, "values">>;

/**
 * Reads the arrays of a backup.
 * @throws UserError when the file is damaged or missing
 */
export async function readArrays(file: string, sha256: string): Promise<TrainedArrays> {
  try {
    return (await readSafetensors(file, sha256)).tensors;
  } catch (error) {
    const remedy = `Delete its folder, ${path.dirname(file)}; the fit then begins anew.`;
    throw new UserError(problemOf(error), remedy, { cause: error });
  }
}

/**
 * Puts the parts into the state that was written, but for the random streams: those are of data that a callback may have
 * to give the learner first.
 */
export function restoreTrained(
  { model, optimizer, runner }: TrainedParts,
  state: TrainedState,
  tensors: TrainedArrays,
): void {
  const valuesFor = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    // The file is the one that was written, by the same program for the same net.
    if (!tensor) throw new Error(`the backup has no ${name}`);
    return tensor.values;
  };
  for (const variable of model.state()) variable.assignValues(valuesFor(modelPrefix + variable.name));
  for (const parameter of optimizer.parameters) {
    if (!tensors.has(slotName(parameter.name, optimizer.slots[0] ?? ""))) continue;
    optimizer.stateOf(parameter).forEach((variable, i) => {
      variable.assignValues(valuesFor(slotName(parameter.name, optimizer.slots[i] ?? "")));
    });
  }
  const { t, mom, lrs, wd } = state.optimizer;
  [optimizer.t, optimizer.mom, optimizer.lrs, optimizer.wd] = [t, mom, [...lrs], wd];
  if (state.accumulated) {
    const sums = optimizer.parameters.map((_, i) => valuesFor(`${sumPrefix}${i}`));
    runner.restoreAccumulated(state.accumulated, sums);
  }
}

type Named = readonly [name: string, variable: Variable];

const slotName = (parameter: string, slot: string): string => `${slotPrefix}${slot}.${parameter}`;

function namedVariables({ model, optimizer, runner }: TrainedParts): Named[] {
  const slots = [...optimizer.state()].flatMap(([{ name }, kept]) =>
    kept.map((variable, i): Named => [slotName(name, optimizer.slots[i] ?? ""), variable]),
  );
  const sums = runner.accumulated?.sums ?? [];
  return [
    ...model.state().map((variable): Named => [modelPrefix + variable.name, variable]),
    ...slots,
    ...sums.map((variable, i): Named => [`${sumPrefix}${i}`, variable]),
  ];
}

/** The values in the variables' order. The same ones are always asked for together: TensorFlow plans each kind of reading. */
async function* valuesOf(runner: BatchTrainer, variables: readonly Named[]): AsyncGenerator<Float32Array> {
  for (let from = 0; from < variables.length;) {
    let [to, bytes] = [from, 0];
    for (; to < variables.length; to++) {
      bytes += 4 * (variables[to]?.[1].size ?? 0);
      if (to > from && bytes > bytesAtOnce) break;
    }
    yield* await runner.copyValues(variables.slice(from, to).map(([, variable]) => variable));
    collectGarbage();
    from = to;
  }
}
