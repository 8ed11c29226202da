"use strict";
const { setInterval } = require("node:timers");

const everyMs = 2000;

/** Ends the kernel when the program that started it is gone, however that ended: nobody could reach it any more. */
function exitWithParent() {
  // Set by Jupyter's client, whose own process it is; other starters may hand the kernel over and leave.
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!(parent > 1)) return;
  const watch = setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch (error) {
      if (error.code === "ESRCH") process.exit(1);
    }
  }, everyMs);
  watch.unref();
}

module.exports = { exitWithParent };
