"use strict";
/**
 * What happens around a cell: sources are rebuilt before it, what it left unfinished is waited for after it, and
 * its failure is kept for the `error` message.
 */
const { setImmediate, clearTimeout } = require("node:timers");
const { noticeAwaits } = require("./awaits.cjs");
const { build, needsBuild } = require("./build.cjs");
const { withoutExports } = require("./exported.cjs");
const { FailureCollector, compileFailure, failureOf, interruptedByTslab } = require("./failures.cjs");
const { reloadModules } = require("./reload.cjs");
const { expandShorthand } = require("./expandShorthand.cjs");
const { reloadTypes } = require("./redirectImports.cjs");
const { shareVariables } = require("./shareVariables.cjs");

/**
 * How long a cell that listens to `notebook:interrupt` may take to stop by itself: a fit ends its step and writes its
 * state.
 */
const graceMs = 60_000;

const collector = new FailureCollector();

/** The cell that is being run, if any. */
const current = {
  running: false,
  stopped: false,
  interrupt: () => undefined,
  fail: (error) => (collector.failure ??= failureOf(error)),
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

/** Compiles and reloads what has changed in `src/`. Throws what a new module throws. */
async function refresh(locals) {
  if (!needsBuild()) return;
  const messages = await build();
  if (messages.length > 0) {
    collector.failure = compileFailure(messages);
    return;
  }
  reloadTypes();
  reloadModules(locals);
}

/** @param createExecutor tslab's own; returns one that makes executors with the additions above */
const wrapExecutor = (createExecutor) => (folder, converters) => {
  let lastExpression;
  shareVariables(converters.node, (name) => (lastExpression = name));
  noticeAwaits(converters.node);
  const executor = createExecutor(folder, converters, collector);
  const { execute, interrupt } = executor;
  let grace = null;

  // tslab keeps variables behind a proxy, through which a loop over them would take microseconds a turn; there tslab
  // still finds a cell's last expression.
  const variables = {};
  globalThis.__tslab__.exports = variables;
  Object.setPrototypeOf(executor.locals, variables);
  executor.locals = variables;

  executor.execute = async (code) => {
    collector.clear();
    current.running = true;
    current.stopped = false;
    try {
      await refresh(executor.locals);
      if (current.stopped) throw new Error(interruptedByTslab);
      if (collector.failure !== null) return false;
      const ok = await execute(expandShorthand(withoutExports(code)));
      await settleDisplays();
      // One turn of the event loop: node reports a rejection that nobody handles only after the promise jobs.
      await turn();
      return ok && collector.failure === null;
    } catch (error) {
      current.fail(error);
      return false;
    } finally {
      // Printed; not deleted, which would make the object of all variables slow.
      if (lastExpression !== undefined) variables[lastExpression] = undefined;
      lastExpression = undefined;
      current.running = false;
      clearTimeout(grace ?? undefined);
      grace = null;
    }
  };

  // tslab ends an asynchronous cell at once and leaves its loop running. Long work listens to the event, stops
  // between two steps and throws, which ends the cell; tslab's way is for cells that do not listen, and for a second interrupt.
  executor.interrupt = () => {
    if (!current.running) return;
    current.stopped = true;
    const heard = process.emit("notebook:interrupt");
    if (!heard || grace !== null) interrupt();
    else grace = setTimeout(interrupt, graceMs);
  };
  current.interrupt = executor.interrupt;
  return executor;
};

module.exports = { wrapExecutor, current, graceMs, lastFailure };
