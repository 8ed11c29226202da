"use strict";
const { rmSync } = require("node:fs");
const { setTimeout } = require("node:timers");
const { current, graceMs } = require("./executor.cjs");

const everyMs = 50;
let leaving = false;

/**
 * Ends the kernel. A cell that is running is interrupted first, and may write what it has, such as a fit's state.
 * @param {number} code the exit code
 */
function leave(code) {
  if (leaving) return;
  leaving = true;
  const until = Date.now() + graceMs;
  if (current.running && !current.stopped) current.interrupt();
  const look = () => {
    if (current.running && Date.now() < until) setTimeout(look, everyMs);
    else process.exit(code);
  };
  look();
}

/** Asked by a signal, or as its starter is gone; Ctrl-C only interrupts the cell, as in every kernel. */
function leaveWhenAsked() {
  process.once("SIGTERM", () => leave(143));
  process.once("SIGHUP", () => leave(129));
}

/** @param {string} file with the kernel's ports, which its starter takes away, unless that is gone */
function leaveAlone(file) {
  rmSync(file, { force: true });
  leave(1);
}

module.exports = { leave, leaveAlone, leaveWhenAsked };
