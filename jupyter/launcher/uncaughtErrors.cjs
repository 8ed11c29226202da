"use strict";
const fs = require("node:fs");
const { current } = require("./executor.cjs");
const { failureOf } = require("./failures.cjs");

/**
 * Errors that nobody caught. tslab prints them and calls the cell a success; here they are the error of their own cell while
 * that is being run. Those of a cell that has come to its end, such as a timer's, are printed under the last cell.
 */
function catchUncaughtErrors() {
  for (const event of ["unhandledRejection", "uncaughtException"]) {
    process.removeAllListeners(event);
    process.on(event, (reason) => {
      if (current.isOfRunningCell()) {
        current.fail(reason);
        return;
      }
      const text = `${current.origin()}, after its end: ${failureOf(reason).traceback.join("\n")}`;
      console.error(text);
      // A run without a person takes no outputs of a cell that has ended.
      if (process.env.XRAY_TERMINAL === "1") fs.writeSync(2, `${text}\n`);
    });
  }
}

module.exports = { catchUncaughtErrors };
