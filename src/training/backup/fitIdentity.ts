import { fromExactJson, toExactJson } from "../../core/exactJson.js";
import { numericVariables } from "../../core/environment.js";
import { usesGpu } from "../../engine/operations/binding.js";
import { tf } from "../../engine/tensorflow.js";
import type { Callback } from "../callbacks/Callback.js";
import type { Loss } from "../losses/Loss.js";
import type { BatchLoader, DataBunch } from "../DataBunch.js";
import type { EpochSpan } from "../EpochSpan.js";
import type { LearnerOptions } from "../LearnerOptions.js";
import { captureRng } from "../rngState.js";
import type { TrainedLearner } from "../TrainedLearner.js";
import { libraryHash } from "./libraryHash.js";
import { describeCallback, isOpaque } from "./describe.js";
import { codeOf, functionText, hashOf, plainFields } from "./plainFields.js";
import { hashArrays, type TrainedParts } from "./trainedState.js";

/**
 * Everything that decides what a fit computes, by topics whose names a person is told. Two fits with the same one give
 * the same bits, so that one can go on where the other stopped.
 */
export type FitIdentity = Readonly<Record<string, unknown>>;

/** A fit that is about to begin. */
export interface BeginningFit {
  /** Its name in `learn.timings`. */
  readonly what: string;
  readonly span: EpochSpan;
  readonly learn: TrainedLearner;
  readonly parts: TrainedParts;
  readonly loss: Loss;
  readonly options: LearnerOptions;
  readonly seed: number;
  readonly callbacks: readonly Callback[];
}

/** What decides a loader's batches, as plain data; undefined where it does not say. */
export type DescribeLoader = (loader: BatchLoader) => unknown;

/** Asks each loader once: it looks at every image. */
export function descriptionsOnce(): DescribeLoader {
  const known = new WeakMap<BatchLoader, unknown>();
  return (loader) => {
    if (!known.has(loader)) known.set(loader, loader.describe?.());
    return known.get(loader);
  };
}

/** How many fits have come to their end in this process that cannot be told apart, by their identities' keys. */
const ended = new Map<string, number>();

/**
 * What tells a fit from all others. Of the fits of one identity those with callbacks that look alike and may be
 * different are told apart by their order. The others are the same fit, whenever they are begun.
 */
export function fitKey(identity: string, { callbacks }: BeginningFit): string {
  const earlier = callbacks.some(isOpaque) ? (ended.get(identity) ?? 0) : 0;
  return earlier === 0 ? identity : hashOf(`${identity} ${earlier}`);
}

/** Notes that a fit has come to its end, by its identity's key. */
export function noteEnd(identity: string): void {
  ended.set(identity, (ended.get(identity) ?? 0) + 1);
}

/** Undefined where the data do not say what decides their batches. */
export async function fitIdentity(
  fit: BeginningFit,
  describe: DescribeLoader,
): Promise<FitIdentity | undefined> {
  const { learn, parts, options, span } = fit;
  const ofData = (data: DataBunch): unknown => describeData(data, describe);
  const data = ofData(learn.data);
  if (data === undefined) return undefined;
  const { arch, model } = learn;
  const trained = parts.optimizer.parameters.map(({ name }) => name);
  const { clipGrad, mixUp, gradientAccumulation, gradientCheckpointing } = options;
  const identity: FitIdentity = {
    "the program": { code: libraryHash(), tfjs: tf.version["tfjs-core"], device: usesGpu() ? "gpu" : "cpu" },
    "the environment variables": numericVariables(),
    "the fit": { kind: fit.what, epochs: span.epochs, from: span.from ?? 0, to: span.to ?? span.epochs },
    "the net": {
      arch,
      classes: learn.data.classes,
      body: plainFields(model.body.spec).fields,
      trained: trained.length,
      layers: hashOf(trained.join()),
      // Of a dropout, say, neither the weights nor their names tell.
      made: hashOf(toExactJson([...model.modules()].map((module) => [codeOf(module), simpleFields(module)]))),
    },
    "the weights and the optimizer's state at the beginning": await hashArrays(parts),
    "the optimizer": {
      optimizer: parts.optimizer.constructor.name,
      code: codeOf(parts.optimizer),
      ...plainFields(parts.optimizer, { withObjects: false }).fields,
    },
    "the loss": { code: codeOf(fit.loss), ...plainFields(fit.loss).fields },
    "the learner's options": { clipGrad, mixUp, gradientAccumulation, gradientCheckpointing },
    "the metrics": {
      positiveClass: learn.positiveClass,
      columns: learn.recorder.columns.map(({ head, given }) => [
        head,
        hashOf(functionText(given)),
        plainFields(given).fields,
      ]),
    },
    "the callbacks": fit.callbacks.map((callback) => describeCallback(callback, ofData)),
    "the data": data,
    "the random draws": { seed: fit.seed, ...captureRng(parts.streams) },
  };
  // As it will be read from the file, so that the two can be compared.
  return fromExactJson(toExactJson(identity)) as FitIdentity;
}

/** What decides the batches of a learner's data; undefined where they do not say. */
export function describeData({ trainDl, validDl }: DataBunch, describe: DescribeLoader): unknown {
  const [train, valid] = [describe(trainDl), describe(validDl)];
  return train === undefined || valid === undefined ? undefined : { train, valid };
}

/** What tells an identity from others. */
export const keyOf = (identity: FitIdentity): string => hashOf(toExactJson(identity));

/**
 * In what two fits differ, in words, such as "the random draws: seed (5 there, 6 here)".
 * @param there the identity of the one that is in the file
 */
export function fitDifferences(there: FitIdentity, here: FitIdentity): string[] {
  return [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .filter((topic) => toExactJson(there[topic] ?? null) !== toExactJson(here[topic] ?? null))
    .map((topic) => {
      const fields = fieldDifferences(there[topic], here[topic]);
      return fields.length > 0 ? `${topic}: ${fields.join(", ")}` : topic;
    });
}

function fieldDifferences(there: unknown, here: unknown): string[] {
  const [a, b] = [asRecord(there), asRecord(here)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [ours, theirs] = [a[name], b[name]].map((value) =>
      value === undefined ? "nothing" : JSON.stringify(value),
    );
    if (ours === theirs) return [];
    const short = `${ours ?? ""}${theirs ?? ""}`.length <= 80;
    return [short ? `${name} (${ours} there, ${theirs} here)` : name];
  });
}

/** The fields that are numbers, texts, and lists of them: modules may also keep what they have prepared for a size. */
const simpleFields = (object: object): unknown =>
  Object.entries(object as Readonly<Record<string, unknown>>)
    .filter(([, value]) => isSimple(value) || typeof value === "function")
    .map(([name, value]) => [name, typeof value === "function" ? functionText(value) : value]);

const isSimple = (value: unknown): boolean =>
  ["number", "string", "boolean"].includes(typeof value) || (Array.isArray(value) && value.every(isSimple));

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
