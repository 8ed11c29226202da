"use strict";
/**
 * What tslab's compiler is started with.
 *
 * tslab has room for one timer of its compiler's, the one that compiles the next cell. When the file of a package
 * changes, as `npm install` makes it, the compiler asks for another one; then the next cell, whatever it was, failed with
 * "Unexpected pending rebuildTimer". That other timer runs by the clock here.
 */
const timers = require("node:timers");
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/** The compiler's own name for what the other timer does (TypeScript 5.0, which comes with tslab 1.0.22). */
const afterPackageChange = "invalidateResolutionsOfFailedLookup";

/**
 * The packages of types that cells know by themselves. Every other one that is installed would bring its own, such as the
 * names of a browser's page, which no cell has: they would be completed, and compile.
 */
const cellTypes = ["node"];

/** To be called before tslab is loaded. */
function separateTimers() {
  const createWatchCompilerHost = (files, options, ...input) => {
    const host = ts.createWatchCompilerHost(files, { ...options, types: cellTypes }, ...input);
    const { setTimeout: setTimer, clearTimeout: clearTimer } = host;
    const clocks = new Set();
    host.setTimeout = (callback, milliseconds) => {
      if (callback.name !== afterPackageChange) return setTimer(callback, milliseconds);
      const clock = timers
        .setTimeout(() => {
          clocks.delete(clock);
          callback();
        }, milliseconds)
        .unref();
      clocks.add(clock);
      return clock;
    };
    host.clearTimeout = (timer) => {
      if (clocks.delete(timer)) timers.clearTimeout(timer);
      else clearTimer(timer);
    };
    return host;
  };
  // A copy, since the compiler's own properties cannot be set.
  require.cache[compiler].exports = { ...require.cache[compiler].exports, createWatchCompilerHost };
}

module.exports = { separateTimers };
