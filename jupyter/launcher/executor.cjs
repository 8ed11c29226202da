"use strict";
/**
 * What happens around a cell: sources are rebuilt before it, what it left unfinished is waited for after it, and
 * its failure is kept for the `error` message.
 */
const { AsyncLocalStorage } = require("node:async_hooks");
const { setImmediate, clearTimeout, setTimeout } = require("node:timers");
const { noticeAwaits } = require("./awaits.cjs");
const { withoutExports } = require("./exported.cjs");
const { Declarations } = require("./declarations.cjs");
const { FailureCollector, failureOf, interruptedByTslab } = require("./failures.cjs");
const { freeMemory } = require("./freeMemory.cjs");
const { moduleOfCells } = require("./moduleOfCells.cjs");
const { collectModules } = require("./ownModules.cjs");
const { refresh, refreshOwn } = require("./refresh.cjs");
const { programOfCell, shareVariables } = require("./shareVariables.cjs");
const { helpInParentheses } = require("./signatureHelp.cjs");

/**
 * How long a cell that listens to `notebook:interrupt` may take to stop by itself: a fit ends its step and writes its
 * state.
 */
const graceMs = 60_000;

const collector = new FailureCollector();

/** The cell that has begun what is being done now, such as a timer: { count }; `count` numbers cells. */
const begunBy = new AsyncLocalStorage();

/** The cell that is being run, if any. */
const current = {
  running: false,
  /** Its number, and that of the last cell where none is being run. */
  count: 0,
  stopped: false,
  interrupt: () => undefined,
  /** See `Declarations.check`; of cells as a person writes them. */
  check: () => null,
  fail: (error) => (collector.failure ??= failureOf(error)),
  /** Whether what is being done now belongs to it, or to nobody. */
  isOfRunningCell: () => current.running && (begunBy.getStore()?.count ?? current.count) === current.count,
  /** In words whose work is being done now. */
  origin: () => {
    const cell = begunBy.getStore();
    return cell ? `Cell [${cell.count}]` : "A cell";
  },
};

/** The failure of the last cell, or null. */
const lastFailure = () => collector.failure;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Figures are drawn asynchronously: a cell that did not wait for one still shows it among its own outputs. */
async function settleDisplays() {
  const pending = globalThis[Symbol.for("xray-notebook.pendingDisplays")];
  while (pending?.size > 0) {
    const drawn = [...pending];
    pending.clear();
    for (const result of await Promise.allSettled(drawn)) {
      if (result.status === "rejected") current.fail(result.reason);
    }
  }
}

/** Shows the value of a last expression: a result that says how, such as a table, in its own way. */
async function show(value) {
  const own = value[Symbol.for("xray-notebook.show")];
  if (own) await own.call(value);
  else console.log(value);
}

/** @param createExecutor tslab's own; returns one that makes executors with the additions above */
const wrapExecutor = (createExecutor) => (folder, converters) => {
  const { node: converter } = converters;
  // tslab keeps variables behind a proxy, through which a loop over them would take microseconds a turn.
  const variables = {};
  collectModules(converter);
  shareVariables(converter);
  noticeAwaits(converter);
  helpInParentheses(converter, programOfCell);
  const declarations = new Declarations(converter, variables);
  const executor = createExecutor(folder, converters, collector);
  const { execute, interrupt } = executor;
  let grace = null;
  let stopWaiting;

  globalThis.__tslab__.exports = variables;
  globalThis.__tslab__.meta = moduleOfCells();
  executor.locals = variables;

  /** Waits for a promise, which tslab does for those that are awaited, until the person wants to wait no longer. */
  const settled = (value) =>
    Promise.race([
      value,
      new Promise((_, stop) => (stopWaiting = () => stop(new Error(interruptedByTslab)))),
    ]);

  executor.execute = async (code) => {
    collector.clear();
    current.running = true;
    current.stopped = false;
    let whole = false;
    try {
      const warning = await refresh(executor.locals, declarations);
      if (current.stopped) throw new Error(interruptedByTslab);
      if (warning !== undefined) console.error(warning);
      const source = withoutExports(code);
      // What interrupts the compiler would be lost when tslab begins to run the cell: node looks for signals in between,
      // once before the second turn.
      refreshOwn(executor.locals, declarations, () => declarations.prepare(source));
      for (let turns = 0; turns < 2; turns++) await turn();
      if (current.stopped) throw new Error(interruptedByTslab);
      whole = await begunBy.run({ count: current.count }, () => execute(source));
      if (whole) {
        const value = await settled(declarations.takeLastExpression());
        if (value !== undefined && value !== null) await show(value);
      }
      await settleDisplays();
      // One turn of the event loop: node reports a rejection that nobody handles only after the promise jobs.
      await turn();
      return whole && collector.failure === null;
    } catch (error) {
      current.fail(error);
      return false;
    } finally {
      if (declarations.end(whole)) freeMemory();
      current.running = false;
      clearTimeout(grace ?? undefined);
      grace = null;
      stopWaiting = undefined;
    }
  };

  // tslab ends an asynchronous cell at once and leaves its loop running. Long work listens to the event, stops
  // between two steps and throws, which ends the cell; tslab's way is for cells that do not listen, and for a second interrupt.
  const stop = () => {
    interrupt();
    stopWaiting?.();
  };
  executor.interrupt = () => {
    if (!current.running) return;
    current.stopped = true;
    const heard = process.emit("notebook:interrupt");
    if (!heard || grace !== null) stop();
    else grace = setTimeout(stop, graceMs);
  };
  current.interrupt = executor.interrupt;
  current.check = (cells) =>
    declarations.check(cells.map(({ code, ...cell }) => ({ ...cell, code: withoutExports(code) })));
  return executor;
};

module.exports = { wrapExecutor, current, graceMs, lastFailure };
