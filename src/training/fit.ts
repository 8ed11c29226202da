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
import { Interrupted, messageOf, UserError } from "../core/errors.js";
import { interruptible } from "../core/interrupt.js";
import { shownValue } from "../core/shownValue.js";
import { SmoothenValue } from "./recorder/SmoothenValue.js";
import type { BatchTrainer } from "./session/BatchTrainer.js";
import type { DataBunch, ItemBatch } from "./DataBunch.js";
import type { TrainedLearner } from "./TrainedLearner.js";
import type { ValidatedBatch, Validation } from "./validate.js";
import type { EpochSpan } from "./EpochSpan.js";
import type { LoopState } from "./LoopState.js";

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
  throw new UserError(`${shownValue(epochs)} epochs cannot be trained.`, "Give a whole number from 1 on.");
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
  /** Counts the next pass over the training or the validation data. @returns its number */
  readonly beginPass: (phase: LoopState["phase"]) => number;
  /**
   * A pass over the training data that the learner has by then.
   * @param from batches that are left out at the start
   */
  readonly batches: (pass: number, from: number) => AsyncIterable<ItemBatch>;
  /**
   * Goes over the validation data.
   * @param done what the pass has validated already; more is added
   */
  readonly validate: (
    pass: number,
    done: ValidatedBatch[],
    onBatch: () => Promise<void>,
  ) => Promise<Validation>;
  readonly inCallbacks: InCallbacks;
  /** Undefined where the fit has none. */
  readonly backup?: LoopBackup;
}

/** A fit's backup, as the training loop sees it. */
export interface LoopBackup {
  /** Where the fit was when it was stopped in another process; undefined where it begins. */
  readonly stoppedAt: LoopState | undefined;
  /** Whether the last one was written long enough ago. */
  readonly isDue: boolean;
  /** Writes the state of the whole fit as it is between two steps; where that fails, the display says so. */
  write(loop: LoopState): Promise<unknown>;
  /** The same where the person has asked for a stop. */
  stop(loop: LoopState): Promise<void>;
  /** Told when every callback has been told of `trainBegin`. */
  begun(): void;
  /** Puts the whole fit, but for the loop, into the state that was written last. */
  restore(state: TrainingState): Promise<void>;
}

/**
 * The training loop. It is short and stays so: recording, rates, stopping and searching are callbacks.
 *
 *     trainBegin -> [epochBegin -> (batchBegin -> step -> batchEnd)* -> validBatchEnd* -> epochEnd]* -> trainEnd
 *
 * @param callbacks in the order in which they are told of events
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

/** Has a fit that was finished before be as it was at its end, and shows its table. */
export async function takeFinished(fitted: Fitted, span: EpochSpan, recorder: Callback): Promise<void> {
  const { state } = new TrainingLoop(fitted, span, [], () => Promise.resolve());
  // The others have done already what they do at a fit's beginning and end.
  await notify([recorder], "trainBegin", state);
  const { backup } = fitted;
  if (backup) await fitted.inCallbacks("trainBegin", () => backup.restore(state));
  await notify([recorder], "trainEnd", state);
}

class TrainingLoop {
  readonly state: { -readonly [K in keyof TrainingState]: TrainingState[K] };
  readonly callbacks: readonly Callback[];
  private readonly smooth = new SmoothenValue();
  private readonly to: number;
  /** When the epoch began, less what it took in another process. */
  private started = 0;
  private asked: CallbackRequest = {};
  private validated: ValidatedBatch[] = [];
  /** The number of the pass that is being gone over. */
  private pass = 0;

  constructor(
    private readonly fitted: Fitted,
    { epochs, from: epoch = 0, to = epochs }: EpochSpan,
    callbacks: readonly Callback[],
    private readonly check: () => Promise<void>,
  ) {
    this.callbacks = callbacks;
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
    let phase = await this.begin();
    for (; state.epoch < this.to; state.epoch++) {
      if (phase === "begin") await this.beginEpoch();
      if (phase !== "valid") await this.train();
      state.validLoss = undefined;
      state.metrics = [];
      if (!this.asked.skipValidate) await this.validate();
      state.seconds = this.seconds;
      const { stopTraining } = await this.tell("epochEnd");
      if (this.asked.stopTraining || stopTraining) break;
      phase = "begin";
    }
  }

  /** @returns what comes next in the first epoch */
  private async begin(): Promise<"begin" | LoopState["phase"]> {
    const { fitted, state } = this;
    const { backup } = fitted;
    if (!backup?.stoppedAt) {
      await this.tell("trainBegin");
      backup?.begun();
      return "begin";
    }
    const { phase, pass, smooth, asked, seconds, validated, ...place } = backup.stoppedAt;
    [this.smooth.state, this.asked, this.validated, this.pass] = [smooth, asked, [...validated], pass];
    Object.assign(state, place, { smoothLoss: this.smooth.value, isResumed: true });
    await this.tell("trainBegin");
    backup.begun();
    await fitted.inCallbacks("trainBegin", () => backup.restore(state));
    const { trainDl, validDl } = fitted.learn.data;
    [state.batches, state.validBatches] = [trainDl.length, validDl.length];
    this.started = performance.now() - 1000 * seconds;
    return phase;
  }

  private async beginEpoch(): Promise<void> {
    const { state } = this;
    this.started = performance.now();
    [state.batch, this.validated] = [0, []];
    this.measureData();
    this.asked = await this.tell("epochBegin");
    this.measureData();
  }

  /** Wall time of this epoch, until now. */
  private get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Where the loop is between two batches. */
  private loopState(phase: LoopState["phase"]): LoopState {
    const { state, pass, smooth, asked, validated, seconds } = this;
    const { epoch, batch, iteration, lastItems, lastLoss, validLoss, metrics } = state;
    const place = { phase, epoch, batch: phase === "train" ? batch : 0, iteration, lastItems, lastLoss };
    return { ...place, pass, validLoss, metrics, smooth: smooth.state, asked, validated, seconds };
  }

  /** Between two batches: the person may have asked for a stop, and the backup may be due. */
  private async pause(phase: LoopState["phase"]): Promise<void> {
    const { backup } = this.fitted;
    try {
      await this.check();
    } catch (interrupt) {
      await backup?.stop(this.loopState(phase));
      throw interrupt instanceof Interrupted
        ? new Interrupted(`${interrupt.message} ${this.placeInWords(phase)}`, { cause: interrupt.cause })
        : interrupt;
    }
    if (backup?.isDue === true) await backup.write(this.loopState(phase));
  }

  /** Such as "in epoch 2 of 4, after 17 of 82 batches"; a search has batches alone. */
  private placeInWords(phase: LoopState["phase"]): string {
    const { epoch, batch, batches, validBatches, iteration } = this.state;
    if (this.fitted.isSearch) return `after ${countOf(iteration, "batch", "batches")} of the search`;
    const inEpoch = `in epoch ${epoch + 1} of ${this.to}`;
    if (phase === "train") return `${inEpoch}, after ${batch} of ${countOf(batches, "batch", "batches")}`;
    // Between the last step and the first batch of validation.
    if (this.validated.length === 0) return `${inEpoch}, after its last batch`;
    return `${inEpoch}, after ${batch} of ${countOf(validBatches, "batch", "batches")} of its validation`;
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

  private async train(): Promise<void> {
    const { fitted, state } = this;
    if (state.batch === 0) this.pass = fitted.beginPass("train");
    for await (const batch of fitted.batches(this.pass, state.batch)) {
      await this.tell("batchBegin");
      state.lastItems = batch.items;
      state.lastLoss = await fitted.runner.trainBatch(batch);
      state.smoothLoss = this.smooth.add(state.lastLoss);
      state.batch++;
      state.iteration++;
      const asked = await this.tell("batchEnd");
      this.asked = joined(this.asked, asked);
      if (this.asked.stopEpoch) break;
      // After the last one the gradients that wait make a step first.
      if (state.batch < state.batches) await this.pause("train");
    }
    await fitted.runner.endTrainPass();
    await this.pause("valid");
  }

  private async validate(): Promise<void> {
    const { fitted, state, validated } = this;
    state.batch = validated.length;
    if (state.batch === 0) this.pass = fitted.beginPass("valid");
    const validation = await fitted.validate(this.pass, validated, async () => {
      state.batch++;
      await this.tell("validBatchEnd");
      await this.pause("valid");
    });
    Object.assign(state, validation);
  }
}

const countOf = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;
