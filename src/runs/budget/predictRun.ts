import { defaultNumIt } from "../../training/callbacks/LRFinder.js";
import { sum } from "../../statistics/sum.js";
import type { Parameters } from "../presets.js";
import { type RunSpeed, stepAt } from "./RunSpeed.js";

/** Which images there are. */
export interface ImageCounts {
  /** Training images of each class. */
  readonly train: readonly number[];
  /** Validation images of each class. */
  readonly valid: readonly number[];
}

/** What a run's duration depends on. */
export type TimedParameters = Pick<
  Parameters,
  "size" | "bs" | "epochsFrozen" | "epochsUnfrozen" | "trainPerClass" | "validPerClass"
>;

/**
 * What is not training, in times of a process's start: the kernel's start, its cells, checkpoints, figures and the
 * report. They are all work of the same kind, reading and writing, which a busy machine slows down alike.
 */
const othersInStarts = 9;
/** A start that takes longer was disturbed, and says nothing of minutes to come. */
const longestStart = 15;

/** The loss diverges at some rate, and most searches end a little before their last batch. */
const searchShare = 0.9;

/** How many images are taken of those that there are. */
export const imagesOf = (counts: readonly number[], perClass: number): number =>
  sum(counts.map((count) => (perClass === 0 ? count : Math.min(count, perClass))));

/** Seconds that a run will take after its measurement. */
export function predictRun(run: TimedParameters, counts: ImageCounts, speed: RunSpeed): number {
  const { size, bs, epochsFrozen, epochsUnfrozen } = run;
  const step = stepAt(size, speed.steps);
  // An epoch trains full batches only; measured batches may have been of another number of images.
  const train = imagesOf(counts.train, run.trainPerClass);
  const valid = imagesOf(counts.valid, run.validPerClass);
  const steps = (Math.floor(train / bs) * bs) / step.bs;
  const validation = (valid / step.bs) * step.valid;
  const seconds = {
    others: othersInStarts * Math.min(speed.startSeconds, longestStart),
    check: speed.secondsAnImage * (train + valid),
    frozen: step.graph + epochsFrozen * (steps * step.frozen + validation),
    // Nothing is searched for where the whole net does not train.
    search:
      epochsUnfrozen === 0 ? 0 : step.graph + ((searchShare * defaultNumIt * bs) / step.bs) * step.unfrozen,
    unfrozen: step.graph + epochsUnfrozen * (steps * step.unfrozen + validation),
    predictions: step.graph + validation,
  };
  return sum(Object.values(seconds));
}
