import { performance } from "node:perf_hooks";
import { ImageDataBunch } from "../../data/ImageDataBunch.js";
import { imagenetStats } from "../../core/imagenetStats.js";
import { getTransforms } from "../../data/transforms/getTransforms.js";
import type { Architecture } from "../../models/bodies/Architecture.js";
import { models } from "../../models/models.js";
import { mean } from "../../statistics/sum.js";
import type { Callback } from "../../training/callbacks/Callback.js";
import { cnnLearner } from "../../training/cnnLearner.js";
import type { Learner } from "../../training/Learner.js";
import type { FoundDataset } from "../../xrays/FoundDataset.js";
import type { Parameters } from "../presets.js";
import type { RunSpeed, StepSpeed } from "./RunSpeed.js";

export interface MeasureOptions {
  /** The number of classes. */
  readonly classes: number;
  /** Sizes of images, one after the other, by what is known until then; undefined: no more. */
  readonly nextSize: (known: RunSpeed) => number | undefined;
  /** A stage's steps end after so many seconds. */
  readonly secondsAStage: number;
}

/** Batches at most, and at least, of which the first is left out. */
const [mostSteps, leastSteps, validSteps] = [16, 6, 4];
/** The share of a step with the whole net trained, until it is measured; the gradients of frozen weights are left out. */
const frozenShare = 0.8;

/**
 * Trains the run's net on its images, prepared as in the run, for some steps of both stages at one size or two. The
 * process has to end afterwards: TensorFlow keeps the memory that it has had.
 */
export async function measureSpeed(
  dataset: FoundDataset,
  { bs, model, seed, size }: Parameters,
  { classes, nextSize, secondsAStage }: MeasureOptions,
): Promise<RunSpeed> {
  const { path, train, valid: test } = dataset;
  const ofEach = (batches: number) => Math.ceil((batches * bs) / classes);
  const drawn = { trainPerClass: ofEach(mostSteps), validPerClass: ofEach(validSteps) };
  const load = async (side: number) => {
    const options = { train, valid: test, size: side, bs, seed, dsTfms: getTransforms(), ...drawn };
    return (await ImageDataBunch.fromFolder(path, options)).normalize(imagenetStats);
  };
  const data = await load(size);
  const architectures: Readonly<Record<string, Architecture>> = models;
  const learn = await cnnLearner(data, architectures[model]);
  const startSeconds = performance.now() / 1000 - data.secondsToLoad;
  const secondsAnImage = data.secondsToLoad / (data.trainDs.length + data.validDs.length);
  learn.unfreeze();
  const { step: unfrozen, ...first } = await measureStage(learn, secondsAStage);
  const small = { size, bs, unfrozen, ...first };
  const provisional = { ...small, frozen: frozenShare * unfrozen };
  const other = nextSize({ steps: [provisional], startSeconds, secondsAnImage });
  if (other !== undefined && other !== size) {
    learn.data = await load(other);
    const whole = await measureStage(learn, secondsAStage);
    learn.freeze();
    const part = await measureStage(learn, secondsAStage);
    const stages = ordered(part.step, whole.step);
    // Measured once for each fit, it is the likelier to be right the less it took.
    const graph = Math.min(first.graph, whole.graph, part.graph);
    const big: StepSpeed = { size: other, bs, ...stages, valid: whole.valid, graph };
    const steps = [{ ...small, frozen: (unfrozen * stages.frozen) / stages.unfrozen }, big];
    return { steps, startSeconds, secondsAnImage };
  }
  learn.freeze();
  const part = await measureStage(learn, secondsAStage);
  const graph = Math.min(first.graph, part.graph);
  const steps = [{ ...small, ...ordered(part.step, unfrozen), graph }];
  return { steps, startSeconds, secondsAnImage };
}

/** With the body frozen a step computes less. Where it took longer the machine had other work, and their mean counts. */
function ordered(frozen: number, unfrozen: number): Pick<StepSpeed, "frozen" | "unfrozen"> {
  if (frozen <= unfrozen) return { frozen, unfrozen };
  const both = (frozen + unfrozen) / 2;
  return { frozen: both, unfrozen: both };
}

/** Seconds of a step, of a batch of validation, and of the first step beyond that. */
async function measureStage(
  learn: Learner<ImageDataBunch>,
  longest: number,
): Promise<Record<"step" | "valid" | "graph", number>> {
  const { trainDl } = learn.data;
  const seconds: Record<"train" | "valid", number[]> = { train: [], valid: [] };
  let [started, last] = [0, 0];
  const note = (kind: "train" | "valid"): number => {
    const now = performance.now() / 1000;
    seconds[kind].push(now - last);
    return (last = now);
  };
  const clock: Callback = {
    epochBegin: () => {
      last = performance.now() / 1000;
      if (seconds.train.length === 0) started = last;
    },
    batchEnd: () => {
      const now = note("train");
      return { stopEpoch: seconds.train.length >= leastSteps && now - started > longest };
    },
    validBatchEnd: () => {
      note("valid");
    },
  };
  // A set of a few images has a few batches only. Each epoch's validation is timed too.
  await learn.fit(Math.ceil(leastSteps / trainDl.length), 1e-6, [clock]);
  const { train, valid } = seconds;
  const step = mean(train.slice(1));
  const graph = Math.max(0, (train[0] ?? NaN) - step);
  // The first one has the weights prepared for evaluation; of a single one that cannot be told apart.
  return { step, graph, valid: valid.length > 1 ? mean(valid.slice(1)) : (valid[0] ?? NaN) };
}
