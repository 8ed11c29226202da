import { performance } from "node:perf_hooks";
import {
  type Callback,
  type CallbackEvent,
  type CallbackRequest,
  joined,
  notify,
  type TrainingState,
} from "./Callback.js";
import { currentDisplay } from "../display/Display.js";
import { messageOf } from "../errors.js";
import { interruptible } from "../interrupt.js";
import type { Learner } from "./Learner.js";
import { SmoothenValue } from "./SmoothenValue.js";
import { validate } from "./validate.js";

/** Which epochs of how many a fit goes through. */
export interface EpochSpan {
  /** All of them, those of earlier fits and of later ones too. */
  readonly epochs: number;
  /** The first one, from 0. @default 0 */
  readonly from?: number;
  /** Behind the last one. @default epochs */
  readonly to?: number;
}

/**
 * The training loop. It is short and stays so: recording, rates, stopping and searching are callbacks.
 *
 *     trainBegin -> [epochBegin -> (batchBegin -> step -> batchEnd)* -> validBatchEnd* -> epochEnd]* -> trainEnd
 *
 * @throws Interrupted when the person stopped it; the weights are then those of the last whole step
 */
export async function fit(learn: Learner, span: EpochSpan, callbacks: readonly Callback[]): Promise<void> {
  await interruptible(async (check) => {
    const loop = new TrainingLoop(learn, span, callbacks, check);
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
    await attempt(() => learn.endEvaluation());
    await attempt(() => learn.endSession());
    // Every callback is told, also where the thread that trains is gone, and where another one fails at it.
    for (const callback of loop.callbacks) await attempt(() => notify([callback], "trainEnd", loop.state));
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
    private readonly learn: Learner,
    { epochs, from: epoch = 0, to = epochs }: EpochSpan,
    callbacks: readonly Callback[],
    private readonly check: () => Promise<void>,
  ) {
    this.callbacks = [...callbacks].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
    this.to = to;
    const batches = learn.data.trainDl.length;
    const validBatches = learn.data.validDl.length;
    this.state = {
      ...{ learn, lastItems: [], epochs, batches, validBatches, epoch, batch: 0, iteration: epoch * batches },
      ...{ lastLoss: NaN, smoothLoss: NaN, metrics: [], seconds: 0 },
    };
  }

  tell(event: CallbackEvent): Promise<CallbackRequest> {
    return notify(this.callbacks, event, this.state);
  }

  async run(): Promise<void> {
    const { state } = this;
    await this.tell("trainBegin");
    for (; state.epoch < this.to; state.epoch++) {
      const started = performance.now();
      const asked = joined(await this.tell("epochBegin"), await this.train());
      state.validLoss = undefined;
      state.metrics = [];
      if (!asked.skipValidate) await this.validate();
      state.seconds = (performance.now() - started) / 1000;
      const { stopTraining } = await this.tell("epochEnd");
      if (asked.stopTraining || stopTraining) break;
    }
  }

  private async train(): Promise<CallbackRequest> {
    const { learn, state } = this;
    let asked: CallbackRequest = {};
    state.batch = 0;
    for await (const batch of learn.data.trainDl.batches()) {
      await this.tell("batchBegin");
      state.lastItems = batch.items;
      state.lastLoss = await learn.trainBatch(batch);
      state.smoothLoss = this.smooth.add(state.lastLoss);
      state.batch++;
      state.iteration++;
      asked = joined(asked, await this.tell("batchEnd"));
      await this.check();
      if (asked.stopEpoch) break;
    }
    await learn.endTrainPass();
    return asked;
  }

  private async validate(): Promise<void> {
    const { learn, state } = this;
    state.batch = 0;
    const validation = await validate(learn, learn.data.validDl, async () => {
      state.batch++;
      await this.tell("validBatchEnd");
      await this.check();
    });
    Object.assign(state, validation);
  }
}
