import { UserError } from "../../errors.js";
import type { TrainBatch } from "../DataBunch.js";
import type { InCallbacks } from "../fit.js";
import type { EvaluatedBatch } from "../evaluate.js";
import { Evaluator } from "../Evaluator.js";
import { type Change, NetAccess, type Operation, type Use } from "../NetAccess.js";
import { NetSession } from "../NetSession.js";
import type { Net, Training } from "../recordNet.js";

/** Runs batches through a net in evaluation mode. */
export interface BatchEvaluator {
  /** One batch; `endEvaluation` follows the last one. */
  evaluateBatch(batch: TrainBatch): Promise<EvaluatedBatch>;
  /** Frees the weights as evaluation needs them; its graph stays until the next fit. */
  endEvaluation(): Promise<void>;
}

/** Trains a net batch by batch. */
export interface BatchTrainer extends BatchEvaluator {
  /**
   * One training step.
   * @returns the mean loss before the update
   */
  trainBatch(batch: TrainBatch): Promise<number>;
  /** Makes a step of what is left where gradients accumulate; it follows an epoch's batches. */
  endTrainPass(): Promise<void>;
  /** Brings everything back for good; it follows a fit's last epoch. */
  endSession(): Promise<void>;
}

/**
 * Runs a learner's net: it holds the thread that trains and the one that evaluates, has batches follow each other, and
 * decides with {@link NetAccess} what may happen at the same time.
 */
export class NetRunner implements BatchTrainer {
  private readonly access: NetAccess;
  private readonly evaluator: Evaluator;
  private session: NetSession | undefined;
  private disposed = false;

  /** @param training asked when a fit's first batch comes */
  constructor(
    private readonly net: Net,
    private readonly training: () => Training,
  ) {
    this.access = NetAccess.of(net.model);
    this.evaluator = new Evaluator(net);
  }

  trainBatch(batch: TrainBatch): Promise<number> {
    return this.access.step(async () => {
      if (this.session?.matchesShape(batch) === false) await this.closeSession();
      if (!this.session) await this.evaluator.close();
      this.session ??= await NetSession.start({ ...this.net, training: this.training() }, batch, () => {
        this.access.require("The net's weights cannot be read", "look", this.net.model);
      });
      this.access.holder = this.session;
      return this.session.step(batch);
    });
  }

  async endTrainPass(): Promise<void> {
    await this.access.step(async () => this.session?.update());
  }

  evaluateBatch(batch: TrainBatch): Promise<EvaluatedBatch> {
    return this.access.queue.run(async () => {
      if (this.session?.matchesShape(batch) === true) return this.session.evaluate(batch);
      await this.access.holder?.syncFromThread();
      return this.evaluator.evaluate(batch);
    });
  }

  async endEvaluation(): Promise<void> {
    await this.access.queue.run(() => Promise.all([this.session?.endEvaluation(), this.evaluator.end()]));
  }

  endSession(): Promise<void> {
    return this.access.queue.run(() => this.closeSession());
  }

  /**
   * Runs a method's work.
   * @param name of the method, such as "save()"
   * @throws UserError where it may not run now
   */
  async run<R>(name: string, use: Use, work: (operation: Operation) => Promise<R>): Promise<R> {
    this.requireAlive();
    return this.access.run(name, use, this.net.model, work);
  }

  /** Runs a method's work that reads the net's variables themselves. */
  read<R>(name: string, use: "keep" | "look", work: () => R | Promise<R>): Promise<R> {
    return this.run(name, use, async () => {
      await this.access.syncFromThread();
      return work();
    });
  }

  /** Runs a method's work that replaces the net's variables and the optimizer's. */
  replace<R>(name: string, work: () => Promise<R>): Promise<R> {
    return this.run(name, "load", async () => {
      // In a callback: the optimizer's state becomes another, for which the next step makes a graph anew.
      await this.endSession();
      await this.access.syncFromThread();
      return work();
    });
  }

  /** What runs the callbacks of a fit, and waits for what they began. */
  callbacksOf(operation: Operation): InCallbacks {
    return (event, callbacks) => this.access.inCallbacks(operation, event, callbacks);
  }

  /**
   * @param what cannot be done, such as "learn.data cannot be changed"
   * @returns in whose callback it is to happen, if in one
   * @throws UserError where it may not happen now
   */
  requireChange(what: string, change: Change): Operation | undefined {
    this.requireAlive();
    return this.access.require(what, change, this.net.model);
  }

  /**
   * Ends the evaluation's graph; nothing can be run afterwards.
   * @returns false where that has been done
   * @throws UserError while anything runs
   */
  dispose(): boolean {
    if (this.disposed) return false;
    this.requireChange("learn.dispose() cannot run", "dispose");
    this.disposed = true;
    // A thread that is gone has nothing to free.
    this.evaluator.close().catch(() => undefined);
    return true;
  }

  private async closeSession(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (this.access.holder === session) this.access.holder = undefined;
    await session?.close();
  }

  private requireAlive(): void {
    if (!this.disposed) return;
    throw new UserError("This learner was disposed, and its net is gone.", "Make another one.");
  }
}
