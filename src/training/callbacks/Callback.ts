import { UserError } from "../../core/errors.js";
import type { TrainedLearner } from "../TrainedLearner.js";

/** What a callback may read of the training loop. */
export interface TrainingState {
  /** The learner that is trained, and what a callback may do with it. */
  readonly learn: TrainedLearner;
  /** Epochs of this fit, or of the whole cycle that it is a part of. */
  readonly epochs: number;
  /** The present epoch, from 0. */
  readonly epoch: number;
  /** Training batches of an epoch. */
  readonly batches: number;
  /** Validation batches of an epoch. */
  readonly validBatches: number;
  /** Batches finished in this epoch's training, or in its validation. */
  readonly batch: number;
  /** Training batches finished since epoch 0. */
  readonly iteration: number;
  /** The last training batch's images, as indices in its data set. */
  readonly lastItems: readonly number[];
  /** The last training batch's loss. */
  readonly lastLoss: number;
  /** fast.ai's smoothed training loss: over the whole fit, not reset between epochs. */
  readonly smoothLoss: number;
  /** After validation: the mean loss. */
  readonly validLoss?: number;
  /** After validation: the metrics, in the learner's order. */
  readonly metrics: readonly number[];
  /** At `epochEnd`: the epoch's wall time, validation included. */
  readonly seconds: number;
  /** From `trainBegin` on: whether the fit goes on from a backup, so that `restore` follows. */
  readonly isResumed?: boolean;
  /** At `trainEnd`: what ended the fit early, if anything did. */
  readonly endedBy?: unknown;
}

/** What a callback may ask of the training loop; anything else does not compile. */
export interface CallbackRequest {
  /** Leave this epoch's remaining batches. */
  readonly stopEpoch?: boolean;
  /** End the fit with this epoch. */
  readonly stopTraining?: boolean;
  /** No validation in this epoch. */
  readonly skipValidate?: boolean;
}

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a callback may simply return nothing
type Answer = CallbackRequest | void | Promise<CallbackRequest | void>;

/**
 * Behaviour added to the training loop, with fast.ai's events in fast.ai's order. `trainEnd` comes always, also after
 * an error or an interrupt. There are no events between a batch's begin and its end: forward, backward and step run
 * as one graph, and what changes them (loss, MixUp, clipping, accumulation) are options of the learner.
 */
export interface Callback {
  /** Callbacks run in ascending order; default 0. */
  readonly order?: number;
  /** Before a fit's first epoch. */
  trainBegin?(state: TrainingState): Answer;
  /** Before an epoch's first batch. */
  epochBegin?(state: TrainingState): Answer;
  /** Before a training batch's step. */
  batchBegin?(state: TrainingState): Answer;
  /** After a training batch's step. */
  batchEnd?(state: TrainingState): Answer;
  /** After a validation batch. */
  validBatchEnd?(state: TrainingState): Answer;
  /** After an epoch and its validation. */
  epochEnd?(state: TrainingState): Answer;
  /** At a fit's end, also after an error or an interrupt. */
  trainEnd?(state: TrainingState): Answer;
  /**
   * What the callback keeps from one event to the next, as plain data: what JSON can hold, and numbers that are not
   * finite. A fit's backup holds it. Where a fit goes on in a new process, a callback without it has what its
   * `trainBegin` gave it, and nothing more.
   */
  state?(): unknown;
  /**
   * Takes back what `state` gave, in a fit that goes on in a new process: after `trainBegin`, which comes as in every
   * fit, and before the next event. Of a fit that was finished before the process began it is the only call.
   */
  restore?(saved: unknown, state: TrainingState): void | Promise<void>;
  /**
   * What the callback was made with, as plain data: a fit goes on only with callbacks that were made alike.
   * @default its class and its fields that are plain data, as they are when a fit first has it
   */
  describe?(): unknown;
}

export type CallbackEvent = Exclude<keyof Callback, "order" | "state" | "restore" | "describe">;

const betweenEpochs: readonly CallbackEvent[] = ["trainBegin", "epochBegin", "epochEnd", "trainEnd"];

/**
 * @param what cannot be done, such as "learn.data cannot be changed"
 * @throws UserError where a fit's event is within an epoch
 */
export function requireBetweenEpochs(what: string, event: CallbackEvent | undefined): void {
  if (event === undefined || betweenEpochs.includes(event)) return;
  throw new UserError(
    `${what} within an epoch, at ${event}.`,
    `Change it in one of ${betweenEpochs.join(", ")}.`,
  );
}

/** Callbacks in the order in which they are told of events. */
export const inOrder = (callbacks: readonly Callback[]): Callback[] =>
  [...callbacks].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));

/** Runs one event through all callbacks and joins what they ask for. */
export async function notify(
  callbacks: readonly Callback[],
  event: CallbackEvent,
  state: TrainingState,
): Promise<CallbackRequest> {
  let request: CallbackRequest = {};
  for (const callback of callbacks) {
    const asked = await callback[event]?.(state);
    if (asked) request = joined(request, asked);
  }
  return request;
}

/** What any of two asked for. */
export function joined(a: CallbackRequest, b: CallbackRequest): CallbackRequest {
  return {
    stopEpoch: a.stopEpoch === true || b.stopEpoch === true,
    stopTraining: a.stopTraining === true || b.stopTraining === true,
    skipValidate: a.skipValidate === true || b.skipValidate === true,
  };
}
