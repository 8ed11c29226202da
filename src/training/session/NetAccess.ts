import { AsyncLocalStorage } from "node:async_hooks";
import { acrossReloads } from "../../core/acrossReloads.js";
import { UserError } from "../../core/errors.js";
import type { Cnn } from "../../models/Cnn.js";
import type { CallbackEvent } from "../callbacks/Callback.js";
import { ReadWriteLock } from "./ReadWriteLock.js";
import { SerialQueue } from "../../core/SerialQueue.js";

/** What a call that takes time does with a net. */
export type Use =
  /** Answers with the weights as they are: `predict`, `getPreds`, `validate`. */
  | "look"
  /** Keeps the weights as they are: `save`, `export`, `precompute`. */
  | "keep"
  /** Replaces the weights. */
  | "load"
  /** Changes the weights from step to step. */
  | "fit"
  /** Changes the weights for a while, and puts them back: `lrFind`. */
  | "search";

/** What a call does at once with a learner. */
export type Change = "freeze" | "data" | "dispose";

/** What may not begin while something else is running: the whole table. Beside a fit, looks come between its steps. */
const refusedBeside: Readonly<Record<Use | Change, readonly Use[]>> = {
  look: ["load", "search"],
  keep: ["load", "fit", "search"],
  load: ["load", "fit", "search"],
  fit: ["load", "fit", "search"],
  search: ["load", "fit", "search"],
  freeze: ["look", "keep", "load", "fit", "search"],
  data: ["look", "keep", "load", "fit", "search"],
  dispose: ["look", "keep", "load", "fit", "search"],
};

/** What a fit's own callback may do: the fit waits for it, whether or not the callback does. */
const allowedInCallbacks: readonly (Use | Change)[] = ["look", "keep", "load", "data"];

const because: Readonly<Record<Use, string>> = {
  look: "it still reads the weights",
  keep: "it has not read everything yet",
  load: "it has not replaced all weights yet",
  fit: "until it ends, the weights change from step to step",
  search: "until it ends, the weights are those of the search",
};

/** Something that runs with a net. */
export interface Operation {
  /** Such as "fitOneCycle()". */
  readonly name: string;
  readonly use: Use;
  /** The net of the learner that was asked. */
  readonly owner: Cnn;
  /** In whose callback it began. */
  readonly parent: Operation | undefined;
  /** What began in its callbacks and has not ended. */
  readonly children: Set<Promise<unknown>>;
  /** Whether what is called from within belongs to it: of a fit, while it runs its callbacks. */
  open: boolean;
  /** The event whose callbacks a fit is running, while it runs them. */
  event?: CallbackEvent;
}

/** Where a net's weights are while its own variables do not have them. */
export interface WeightsLocation {
  syncFromThread(): Promise<void>;
}

/**
 * What a call comes from within. Threads and timers that an operation starts keep its context as long as they live: once
 * the operation has ended, the context no longer keeps its net.
 */
interface Context {
  within: { readonly access: NetAccess; readonly operation: Operation } | undefined;
  readonly outer: Context | undefined;
}

const here = new AsyncLocalStorage<Context>();
const known = acrossReloads("netAccess", () => new WeakMap<Cnn, NetAccess>());

/**
 * Decides what may happen with a net at the same time, for all learners on it: a head that `precompute` made has its
 * learner's weights, and what one of the two runs counts for the other.
 *
 * | while this runs ... | these run beside it | these wait for it | these are refused |
 * | --- | --- | --- | --- |
 * | `fit`, `fitOneCycle`, `fineTune` | predictions, each between two steps | | the rest |
 * | `lrFind`, `load` | | | all |
 * | `save`, `export*`, `precompute` | predictions, `save`, `export*`, `precompute` | fits, `lrFind`, `load` | the rest |
 * | predictions | predictions, `save`, `export*`, `precompute` | fits, `lrFind`, `load` | the rest |
 *
 * Predictions are `predict`, `getPreds`, `validate`, `TTA`, `showResults` and `summary`; the rest are `unfreeze`,
 * `freeze`, `freezeTo`, a change of `data` and `dispose`, and what the row does not name.
 *
 * What would give wrong weights is
 * refused in words; looks and keeps read one state of the net from their beginning to their end, and a fit's next step
 * waits for them. A fit tells calls in its own callbacks from calls that come from outside while it runs.
 */
export class NetAccess {
  /** Batches follow each other in it, those of all learners on the net. */
  readonly queue = new SerialQueue();
  /** Where the weights are while a fit runs; undefined: in the net itself. */
  location: WeightsLocation | undefined;
  private readonly lock = new ReadWriteLock();
  private readonly running = new Set<Operation>();
  /** A head that `precompute` made can be disposed while its learner lives. */
  private readonly disposed = new WeakSet<Cnn>();
  /** Whose weights a net has that has none of its own. */
  private readonly weightOwners = new WeakMap<Cnn, Cnn>();

  /** The one of a net. */
  static of(net: Cnn): NetAccess {
    const access = known.get(net) ?? new NetAccess();
    known.set(net, access);
    return access;
  }

  /** Makes a net's access that of another one, whose weights it has. */
  static share(net: Cnn, of: Cnn): void {
    const access = NetAccess.of(of);
    access.weightOwners.set(net, of);
    known.set(net, access);
  }

  /**
   * Runs work that takes time.
   * @param name of the method, such as "save()"
   * @throws UserError where it may not begin now
   */
  async run<R>(name: string, use: Use, owner: Cnn, work: (operation: Operation) => Promise<R>): Promise<R> {
    const parent = this.require(`learn.${name} cannot run`, use, owner);
    const trains = use === "fit" || use === "search";
    const operation: Operation = { name, use, owner, parent, children: new Set(), open: !trains };
    this.running.add(operation);
    const context: Context = { within: { access: this, operation }, outer: here.getStore() };
    const result = here.run(context, () => this.inTurn(operation, () => work(operation)));
    const ended = result.catch(() => undefined);
    parent?.children.add(ended);
    try {
      return await result;
    } finally {
      operation.open = false;
      context.within = undefined;
      this.running.delete(operation);
      parent?.children.delete(ended);
    }
  }

  /** Runs a step that changes weights, when nobody reads them. */
  step<R>(work: () => Promise<R>): Promise<R> {
    return this.lock.write(() => this.queue.run(work));
  }

  /** Has the weights brought back from where a fit has them. */
  async syncFromThread(): Promise<void> {
    await this.queue.run(async () => this.location?.syncFromThread());
  }

  /** Runs a fit's callbacks, and waits for what they began and did not wait for. */
  async inCallbacks<R>(operation: Operation, event: CallbackEvent, callbacks: () => Promise<R>): Promise<R> {
    [operation.open, operation.event] = [true, event];
    try {
      return await callbacks();
    } finally {
      while (operation.children.size > 0) await Promise.all(operation.children);
      [operation.open, operation.event] = [false, undefined];
    }
  }

  /**
   * @param what cannot be done, such as "learn.save() cannot run"
   * @returns in whose callback it is to happen, if in one
   * @throws UserError where it may not happen now
   */
  require(what: string, use: Use | Change, owner: Cnn): Operation | undefined {
    const gone = this.disposed.has(owner) ? "This learner" : "The learner whose net this one has";
    if (this.isDisposed(owner)) {
      throw new UserError(`${gone} was disposed, and its net is gone.`, "Make or load another one.");
    }
    const parent = this.enclosing();
    if (parent && !(isTraining(parent) ? allowedInCallbacks.includes(use) : use === "look")) {
      throw new UserError(
        `${what} inside ${named(parent, owner)}.`,
        `Do it when ${named(parent, owner)} has ended.`,
      );
    }
    for (const other of this.running) {
      if (other.parent !== parent || !refusedBeside[use].includes(other.use)) continue;
      const callback = isTraining(other) && other.use === "fit" && allowedInCallbacks.includes(use);
      throw new UserError(
        `${what} while ${named(other, owner)} is running: ${because[other.use]}.`,
        `Put \`await\` before ${named(other, owner)}, or wait until it has ended.` +
          (callback ? " What is to happen during a fit belongs in one of its callbacks." : ""),
      );
    }
    return parent;
  }

  /** Has everything refused from now on that is asked of a learner of this net. */
  dispose(owner: Cnn): void {
    this.disposed.add(owner);
  }

  isDisposed(owner: Cnn): boolean {
    const weightOwner = this.weightOwners.get(owner);
    return this.disposed.has(owner) || (weightOwner !== undefined && this.isDisposed(weightOwner));
  }

  /** The innermost operation on this net that the call comes from within. */
  private enclosing(): Operation | undefined {
    for (let context = here.getStore(); context; context = context.outer) {
      const { within } = context;
      if (within?.access === this && within.operation.open) return within.operation;
    }
    return undefined;
  }

  private async inTurn<R>({ use, parent }: Operation, work: () => Promise<R>): Promise<R> {
    // Within a look that has the weights to itself already.
    if (parent && !isTraining(parent)) return work();
    if (use === "look" || use === "keep") return this.lock.read(work);
    if (use === "load") return this.lock.write(work);
    // After what was asked for before; its steps come in their turns.
    await this.lock.write(() => Promise.resolve());
    return work();
  }
}

const isTraining = ({ use }: Operation): boolean => use === "fit" || use === "search";

const named = ({ name, owner }: Operation, asking: Cnn): string =>
  owner === asking ? `learn.${name}` : `${name} of another learner with the same weights`;
