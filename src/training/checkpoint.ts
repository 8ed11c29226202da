import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../engine/safetensors.js";
import type { Parameter, Variable } from "../engine/Variable.js";
import { UserError } from "../core/errors.js";
import { makeFolder } from "../core/makeFolder.js";
import type { ImageStats } from "../core/imagenetStats.js";
import type { BodySpec } from "../models/bodies/Body.js";
import { geometryOf, geometryTexts, withGeometry } from "../models/bodies/geometry.js";
import { requireShape, fromTorch, toTorch } from "../models/weights/torchLayout.js";
import {
  type CheckpointMetadata,
  checkpointMetadataOf,
  checkpointRemedy,
  exportedLearnerOf,
  isExport,
} from "./inference/metadataSchemas.js";
import type { RngState } from "./rngState.js";
import type { EpochMark } from "./NetEpoch.js";
import type { Optimizer } from "./optimizers/Optimizer.js";
import { requireFiniteWeights, divergedRemedy } from "../models/requireFiniteWeights.js";
import { fileNamed, withoutEnding } from "../core/fileEnding.js";

/** Whose weights a checkpoint holds, as far as their names and shapes do not tell. */
export interface CheckpointIdentity {
  readonly architecture: string;
  /** In the order of the net's outputs. */
  readonly classes: readonly string[];
  readonly body: BodySpec;
  /** By which the images are normalised; null where they are not, undefined where it is not known. */
  readonly stats: ImageStats | null | undefined;
}

/** What tells a checkpoint from others that are written under its name. */
export interface CheckpointOptions {
  /**
   * A text of one's own that `learn.save` writes into the file, such as `crypto.randomUUID()`: `learn.load` given the
   * same one refuses a file that has another. @default none is written, and any is taken
   */
  readonly id?: string;
}

const kinds: OptionKinds<CheckpointOptions> = { id: "text" };

/** What a checkpoint keeps beside the weights. */
export interface Progress {
  readonly optimizer: Optimizer;
  /** Where the random streams are, and the seeds that they come from. */
  readonly draws: RngState;
  readonly seeds: readonly number[];
  /** Where the fit is, if it is within an epoch: nothing of that is kept, and whoever loads the file is told. */
  readonly withinEpoch?: WithinEpoch;
  /** At which epoch's end the net is, where it is at one. */
  readonly epochMark?: EpochMark;
}

/** A place among an epoch's training batches. */
export interface WithinEpoch {
  readonly epoch: number;
  /** Batches that are done. */
  readonly batch: number;
  readonly batches: number;
}

/** How the names of checkpoints and exported learners end. */
export const checkpointEnding = ".safetensors";

const stateName = (parameter: Parameter, slot: string) => `optimizer.${slot}.${parameter.name}`;

/**
 * Writes the net's state and the optimizer's to one safetensors file, in PyTorch's names and layouts.
 * @throws UserError naming the folder or the file when it cannot be written
 */
export async function saveCheckpoint(
  file: string,
  state: readonly Variable[],
  { optimizer, draws, seeds, withinEpoch, epochMark }: Progress,
  identity: CheckpointIdentity,
  options: CheckpointOptions = {},
): Promise<void> {
  checkOptions("save()", options, kinds);
  const { architecture, classes, body, stats } = identity;
  const whose = {
    ...geometryTexts(body),
    ...{ architecture, classes: JSON.stringify(classes) },
    ...(stats !== undefined && { stats: JSON.stringify(stats) }),
  };
  await makeFolder(
    path.dirname(file),
    "Checkpoints need a folder that can be written to: give the learner another `modelDir`.",
  );
  const tensors: StoredTensor[] = state.map((variable) => toTorch(variable));
  for (const [parameter, kept] of optimizer.state()) {
    kept.forEach((variable, i) =>
      tensors.push(toTorch(variable, stateName(parameter, optimizer.slots[i] ?? ""))),
    );
  }
  await writeSafetensors(file, tensors, {
    ...whose,
    ...options,
    optimizerStep: String(optimizer.t),
    draws: JSON.stringify(draws),
    seeds: JSON.stringify(seeds),
    ...(withinEpoch && { withinEpoch: JSON.stringify(withinEpoch) }),
    ...(epochMark && { epochMark: JSON.stringify(epochMark) }),
  });
}

/** What a checkpoint gave beside the weights. */
export interface Loaded {
  /** What of the saved training was not taken, such as the optimizer's state (fast.ai drops it without a word). */
  readonly warnings: readonly string[];
  /** Where the random streams were, if they come from the same seeds. */
  readonly draws?: RngState;
  /** At which epoch's end the net was; undefined where the file does not say it. */
  readonly epochMark?: EpochMark;
}

/**
 * Reads a checkpoint back. The optimizer's state is taken when it belongs to the parameters that are trained now.
 * @throws UserError when the file is broken, another one than asked for, of another net or of other classes; nothing
 * is changed then
 */
export async function loadCheckpoint(
  file: string,
  state: readonly Variable[],
  { optimizer, seeds }: Omit<Progress, "draws">,
  identity: CheckpointIdentity,
  options: CheckpointOptions = {},
): Promise<Loaded> {
  checkOptions("load()", options, kinds);
  if (!existsSync(file)) throw noCheckpoint(file);
  const { tensors, metadata: stored } = await readSafetensors(file);
  const exported = isExport(stored) ? exportedLearnerOf(stored, file) : undefined;
  const metadata: CheckpointMetadata = exported
    ? { architecture: exported.arch, classes: exported.classes, stats: exported.preparation.stats ?? null }
    : checkpointMetadataOf(stored, file);
  const texts = exported ? geometryTexts(exported.body) : stored;
  if (options.id !== undefined && metadata.id !== options.id) {
    throw new UserError(
      `${file} is no longer the file that was saved with the id ${options.id}: something else has written it. ` +
        "The net keeps the weights that it has.",
      "Give whatever saves at the same time a name of its own, each `SaveModelCallback` its `name`.",
    );
  }
  requireIdentity(metadata, texts, identity, file);
  const missing = state.find(({ name }) => !tensors.has(name));
  if (missing) {
    throw new UserError(`${file} has no ${missing.name}.`, "Load a checkpoint of the same architecture.");
  }
  // All before the first is changed: a refused checkpoint leaves the net as it was.
  for (const variable of state) requireShape(variable, known(tensors, variable.name), file);
  requireFiniteWeights(
    state.map(({ name }) => known(tensors, name)),
    file,
    divergedRemedy,
  );
  for (const variable of state) fromTorch(variable, known(tensors, variable.name), file);
  const optimizerLost = loadOptimizer(optimizer, tensors, metadata.optimizerStep ?? 0, file);
  const otherNumbers = otherNormalisation(metadata.stats, identity.stats, file);
  const warnings = [optimizerLost, epochLost(metadata.withinEpoch, file), otherNumbers].filter(
    (text) => text !== undefined,
  );
  const draws = isDeepStrictEqual(metadata.seeds, seeds) ? metadata.draws : undefined;
  return { warnings, draws, epochMark: metadata.epochMark };
}

/** Names those that there are. */
function noCheckpoint(file: string): UserError {
  const folder = path.dirname(file);
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const names = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(checkpointEnding))
    .map(({ name }) => withoutEnding(name, checkpointEnding))
    .sort();
  const shown = names.slice(0, maxListed).join(", ") + (names.length > maxListed ? ", ..." : "");
  return new UserError(
    `There is no checkpoint ${path.basename(file)} in ${folder}.`,
    names.length > 0
      ? `Load one of those that are there: ${shown}.`
      : "None is there: `save` writes one. Those of another session lie in its own folder in runs/, which the learner's " +
          "option `modelDir` names.",
  );
}

/** The most names that a message lists. */
const maxListed = 20;

/**
 * @param theirs null: they were not normalised; undefined: the file does not say it
 * @returns a warning when the weights were trained on images that had other numbers
 */
function otherNormalisation(
  theirs: ImageStats | null | undefined,
  ours: ImageStats | null | undefined,
  file: string,
): string | undefined {
  if (theirs === undefined || ours === undefined || isDeepStrictEqual(theirs, ours)) return undefined;
  const inWords = (stats: ImageStats | null): string =>
    stats
      ? `normalised by the mean ${stats.mean.join(", ")} and std ${stats.std.join(", ")}`
      : "not normalised";
  return (
    `the weights in ${path.basename(file)} are of images ${inWords(theirs)}; this learner's are ${inWords(ours)}, ` +
    "and it will predict otherwise. Normalise its data as those were: `data.normalize(stats)`."
  );
}

/** @returns a warning when the file was saved within an epoch */
function epochLost(place: WithinEpoch | undefined, file: string): string | undefined {
  if (!place) return undefined;
  return (
    `${path.basename(file)} was saved within epoch ${place.epoch}, after ${place.batch} of ${place.batches} batches. ` +
    "Its weights are taken, but a fit cannot go on from there: the next one begins a whole epoch, with other draws. " +
    "To go on within an epoch, give the learner the option `backup`."
  );
}

/** @returns a warning when the state is that of other parameters */
function loadOptimizer(
  optimizer: Optimizer,
  tensors: ReadonlyMap<string, StoredTensor>,
  step: number,
  file: string,
): string | undefined {
  optimizer.reset();
  if (step === 0) return undefined;
  const { parameters, slots } = optimizer;
  const wanted = parameters.flatMap((parameter) => slots.map((slot) => stateName(parameter, slot)));
  const stored = [...tensors.keys()].filter((name) => name.startsWith("optimizer."));
  if (stored.length !== wanted.length || !wanted.every((name) => tensors.has(name))) {
    return (
      `${path.basename(file)}: the optimizer's state was not loaded. It is ${stored.length} arrays where ` +
      `${wanted.length} are wanted now (frozen and unfrozen learners differ, and so do optimizers).`
    );
  }
  for (const parameter of parameters) {
    optimizer.stateOf(parameter).forEach((variable, i) => {
      fromTorch(variable, known(tensors, stateName(parameter, slots[i] ?? "")), file);
    });
  }
  optimizer.t = step;
  return undefined;
}

/** What the file does not say, as an older one, is not compared. */
function requireIdentity(
  metadata: CheckpointMetadata,
  texts: Readonly<Record<string, string>>,
  identity: CheckpointIdentity,
  file: string,
): void {
  const { architecture, classes, body } = identity;
  const refuse = (theirs: string, ours: string, remedy: string) => {
    throw new UserError(`${file} is a checkpoint of ${theirs}, and this learner's is ${ours}.`, remedy);
  };
  const sameNet = "Make the learner with the architecture and the weights that the checkpoint began with.";
  if (metadata.architecture !== undefined && metadata.architecture !== architecture) {
    refuse(`the net ${metadata.architecture}`, architecture, sameNet);
  }
  if (metadata.classes !== undefined && !isDeepStrictEqual(metadata.classes, classes)) {
    refuse(
      `a net for the classes ${JSON.stringify(metadata.classes)}`,
      `for ${JSON.stringify(classes)}`,
      "Load it for data with the same classes in the same order: it would call one class by another's name.",
    );
  }
  const theirs = withGeometry(body, texts, { file, remedy: checkpointRemedy });
  for (const [, inWords] of geometryOf(body)) {
    const [said, ours] = [inWords(theirs), inWords(body)];
    if (said !== ours) refuse(`a net with ${said}`, `one with ${ours}`, sameNet);
  }
}

function known(tensors: ReadonlyMap<string, StoredTensor>, name: string): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`${name} was looked for before`);
  return tensor;
}

/**
 * The name of a checkpoint's file, with its ending.
 * @throws UserError when a file cannot be called so
 */
export const checkpointName = (name: string): string => fileNamed(name, checkpointEnding);
