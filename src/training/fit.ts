import { performance } from "node:perf_hooks";
import {
  type Callback,
  type CallbackEvent,
  type CallbackRequest,
  joined,
  notify,
  type TrainingState,
} from "./callbacks/Callback.js";
import { currentDisplay } from "../core/Display.js";
import { messageOf, UserError } from "../core/errors.js";
import { interruptible } from "../core/interrupt.js";
import { SmoothenValue } from "./recorder/SmoothenValue.js";
import type { BatchTrainer } from "./session/BatchTrainer.js";
import type { DataBunch, ItemBatch } from "./DataBunch.js";
import type { TrainedLearner } from "./TrainedLearner.js";
import type { Validation } from "./validate.js";
import type { EpochSpan } from "./EpochSpan.js";

/** @throws UserError where a batch is too small to be trained with */
export function requireBatch({ bs }: Pick<DataBunch, "bs">): void {
  if (bs >= 2) return;
  throw new UserError(
    `A batch of ${bs} has no variance to normalise by.`,
    "Choose a batch size `bs` of 2 or more.",
  );
}

/** @throws UserError where the number of epochs is none */
export function requireEpochs(epochs: number): void {
  if (Number.isInteger(epochs) && epochs >= 1) return;
  throw new UserError(`${epochs} epochs cannot be trained.`, "Give a whole number from 1 on.");
}

/** Runs the callbacks of an event, and waits for what they began. */
export type InCallbacks = <R>(event: CallbackEvent, callbacks: () => Promise<R>) => Promise<R>;

/** What the training loop works on. */
export interface Fitted {
  /** What callbacks are told. */
  readonly learn: TrainedLearner;
  readonly runner: BatchTrainer;
  /** Whether the net becomes afterwards what it was: its weights do not come back, so that nobody can read them. */
  readonly isSearch: boolean;
  /** A pass over the training data that the learner has by then. */
  readonly batches: () => AsyncIterable<ItemBatch>;
  /** Goes over the validation data. */
  readonly validate: (onBatch: () => Promise<void>) => Promise<Validation>;
  readonly inCallbacks: InCallbacks;
}

/**
 * The training loop. It is short and stays so: recording, rates, stopping and searching are callbacks.
 *
 *     trainBegin -> [epochBegin -> (batchBegin -> step -> batchEnd)* -> validBatchEnd* -> epochEnd]* -> trainEnd
 *
 * @throws Interrupted when the person stopped it; the weights are then those of the last whole step
 */
export async function fit(fitted: Fitted, span: EpochSpan, callbacks: readonly Callback[]): Promise<void> {
  await interruptible(async (check) => {
    const loop = new TrainingLoop(fitted, span, callbacks, check);
    const errors: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        loop.state.endedBy ??= error;
        errors.push(error);
      }
    };
    await attempt(() => loop.run());
    await attempt(() => fitted.runner.endEvaluation());
    await attempt(() => fitted.runner.endSession({ discard: fitted.isSearch }));
    // Every callback is told, also where the thread that trains is gone, and where another one fails at it.
    for (const callback of loop.callbacks) {
      await attempt(() => fitted.inCallbacks("trainEnd", () => notify([callback], "trainEnd", loop.state)));
    }
    const [first, ...others] = errors;
    if (errors.length === 0) return;
    // What went wrong first is the cause, and must not be hidden behind what went wrong because of it.
    for (const error of others) currentDisplay().text(`Warning: after that, ${messageOf(error)}`);
    throw first;
  });
}

class TrainingLoop {
  readonly state: { -readonly [K in keyof TrainingState]: TrainingState[K] };
  readonly callbacks: readonly Callback[];
  private readonly smooth = new SmoothenValue();
  private readonly to: number;

  constructor(
    private readonly fitted: Fitted,
    { epochs, from: epoch = 0, to = epochs }: EpochSpan,
    callbacks: readonly Callback[],
    private readonly check: () => Promise<void>,
  ) {
    this.callbacks = [...callbacks].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
    this.to = to;
    const { learn } = fitted;
    const batches = learn.data.trainDl.length;
    const validBatches = learn.data.validDl.length;
    this.state = {
      ...{ learn, lastItems: [], epochs, batches, validBatches, epoch, batch: 0, iteration: epoch * batches },
      ...{ lastLoss: NaN, smoothLoss: NaN, metrics: [], seconds: 0 },
    };
  }

  tell(event: CallbackEvent): Promise<CallbackRequest> {
    return this.fitted.inCallbacks(event, () => notify(this.callbacks, event, this.state));
  }

  async run(): Promise<void> {
    const { state } = this;
    await this.tell("trainBegin");
    for (; state.epoch < this.to; state.epoch++) {
      const started = performance.now();
      this.measureData();
      const began = await this.tell("epochBegin");
      this.measureData();
      const asked = joined(began, await this.train());
      state.validLoss = undefined;
      state.metrics = [];
      if (!asked.skipValidate) await this.validate();
      state.seconds = (performance.now() - started) / 1000;
      const { stopTraining } = await this.tell("epochEnd");
      if (asked.stopTraining || stopTraining) break;
    }
  }

  /** A callback may have given the learner other data since the last epoch. */
  private measureData(): void {
    const { state } = this;
    const { trainDl, validDl } = this.fitted.learn.data;
    state.validBatches = validDl.length;
    if (trainDl.length === state.batches) return;
    // Where the epoch begins in a fit whose epochs all have the new length.
    [state.batches, state.iteration] = [trainDl.length, state.epoch * trainDl.length];
  }

  private async train(): Promise<CallbackRequest> {
    const { fitted, state } = this;
    let asked: CallbackRequest = {};
    state.batch = 0;
    for await (const batch of fitted.batches()) {
      await this.tell("batchBegin");
      state.lastItems = batch.items;
      state.lastLoss = await fitted.runner.trainBatch(batch);
      state.smoothLoss = this.smooth.add(state.lastLoss);
      state.batch++;
      state.iteration++;
      asked = joined(asked, await this.tell("batchEnd"));
      await this.check();
      if (asked.stopEpoch) break;
    }
    await fitted.runner.endTrainPass();
    return asked;
  }

  private async validate(): Promise<void> {
    const { fitted, state } = this;
    state.batch = 0;
    const validation = await fitted.validate(async () => {
      state.batch++;
      await this.tell("validBatchEnd");
      await this.check();
    });
    Object.assign(state, validation);
  }
}
