"use strict";
const util = require("node:util");
const { current } = require("./executor.cjs");

/**
 * Errors that nobody caught. tslab prints them and calls the cell a success; here they are the error of the cell
 * that is being run, and are printed only when none is.
 */
function catchUncaughtErrors() {
  for (const event of ["unhandledRejection", "uncaughtException"]) {
    process.removeAllListeners(event);
    process.on(event, (reason) => {
      if (current.running) current.fail(reason);
      else console.error(`${event}: ${util.inspect(reason)}`);
    });
  }
}

module.exports = { catchUncaughtErrors };
