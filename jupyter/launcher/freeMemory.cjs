"use strict";
const { setTimeout: later } = require("node:timers");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

let collect;
let isDue = false;

/**
 * Frees what a name stood for that now stands for something else, such as a learner whose cell was run again: JavaScript
 * sees the small object and not the hundreds of megabytes that hang on it, and would let it lie. When the cell's answer
 * is on its way.
 */
function freeMemory() {
  if (isDue) return;
  isDue = true;
  later(() => {
    isDue = false;
    if (collect === undefined) {
      setFlagsFromString("--expose-gc");
      collect = runInNewContext("gc");
    }
    collect();
  }, 0);
}

module.exports = { freeMemory };
