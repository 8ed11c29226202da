import type { Variable } from "../../engine/Variable.js";
import type { TrainBatch } from "../DataBunch.js";
import type { InCallbacks } from "../fit.js";
import type { EvaluatedBatch } from "./evaluate.js";
import { Evaluator } from "./Evaluator.js";
import { type Change, NetAccess, type Operation, type Use } from "./NetAccess.js";
import { type Accumulated, type CloseOptions, NetSession } from "./NetSession.js";
import type { Net, Training } from "./recordNet.js";
import type { BatchTrainer } from "./BatchTrainer.js";

/**
 * Runs a learner's net: it holds the thread that trains and the one that evaluates, has batches follow each other, and
 * decides with {@link NetAccess} what may happen at the same time.
 */
export class NetRunner implements BatchTrainer {
  private readonly access: NetAccess;
  private readonly evaluator: Evaluator;
  private session: NetSession | undefined;
  private toRestore: ((session: NetSession) => void) | undefined;

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
      this.toRestore?.(this.session);
      this.toRestore = undefined;
      this.access.location = this.session;
      return this.session.step(batch);
    });
  }

  async endTrainPass(): Promise<void> {
    await this.access.step(async () => this.session?.update());
  }

  get accumulated(): Accumulated | undefined {
    return this.session?.accumulated;
  }

  restoreAccumulated(accumulated: Omit<Accumulated, "sums">, values: readonly Float32Array[]): void {
    this.toRestore = (session) => {
      session.restoreAccumulated(accumulated, values);
    };
  }

  copyValues(variables: readonly Variable[]): Promise<readonly Float32Array[]> {
    return this.access.queue.run(async () => {
      // A learner that has the same net may have its weights elsewhere.
      if (!this.session) await this.access.location?.syncFromThread();
      return this.session?.copyValues(variables) ?? variables.map((variable) => variable.values());
    });
  }

  evaluateBatch(batch: TrainBatch): Promise<EvaluatedBatch> {
    return this.access.queue.run(async () => {
      if (this.session?.matchesShape(batch) === true) return this.session.evaluate(batch);
      await this.access.location?.syncFromThread();
      return this.evaluator.evaluate(batch);
    });
  }

  async endEvaluation(): Promise<void> {
    await this.access.queue.run(() => Promise.all([this.session?.endEvaluation(), this.evaluator.end()]));
  }

  endSession(options?: CloseOptions): Promise<void> {
    return this.access.queue.run(() => this.closeSession(options));
  }

  /**
   * Runs a method's work.
   * @param name of the method, such as "save()"
   * @throws UserError where it may not run now
   */
  run<R>(name: string, use: Use, work: (operation: Operation) => Promise<R>): Promise<R> {
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
    return this.access.require(what, change, this.net.model);
  }

  /**
   * Ends the evaluation's graph; nothing can be run afterwards.
   * @throws UserError while anything runs
   */
  dispose(): void {
    if (!this.access.isDisposed(this.net.model)) {
      this.requireChange("learn.dispose() cannot run", "dispose");
      this.access.dispose(this.net.model);
    }
    // A thread that is gone has nothing to free.
    this.evaluator.close().catch(() => undefined);
  }

  private async closeSession(options?: CloseOptions): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (this.access.location === session) this.access.location = undefined;
    await session?.close(options);
  }
}
