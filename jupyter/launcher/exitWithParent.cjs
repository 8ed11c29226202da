"use strict";
const { clearInterval, setInterval } = require("node:timers");
const { leaveAlone } = require("./leave.cjs");

const everyMs = 1000;

/**
 * Ends the kernel when the program that started it is gone, however that ended: nobody could reach it any more.
 * @param {string} connectionFile the file with the kernel's ports
 */
function exitWithParent(connectionFile) {
  // Set by Jupyter's client, whose own process it is; other starters may hand the kernel over and leave.
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!(parent > 1)) return;
  // A child is another's once its parent has ended, though nobody may have asked yet how that did.
  const isChild = process.ppid === parent;
  const watch = setInterval(() => {
    if (isChild ? process.ppid === parent : isThere(parent)) return;
    clearInterval(watch);
    leaveAlone(connectionFile);
  }, everyMs);
  watch.unref();
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

module.exports = { exitWithParent };
