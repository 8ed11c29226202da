"use strict";
const util = require("node:util");
const { withReplacement } = require("./replacedNames.cjs");

/**
 * Turns what tslab would print to standard error into the content of a Jupyter `error` message.
 * @typedef {{ ename: string, evalue: string, traceback: string[] }} Failure
 */

/** The message of the error with which tslab ends an asynchronous cell. */
const interruptedByTslab = "Interrupted asynchronously";

/** @returns {Failure} for a thrown value */
function failureOf(error) {
  if (!util.types.isNativeError(error) && !(error instanceof Error)) {
    return { ename: "Error", evalue: String(error), traceback: [util.inspect(error)] };
  }
  if (isInterrupt(error)) {
    const reason =
      error.name === "KeyboardInterrupt" && error.message !== "" ? error.message : "stopped by the person";
    return { ename: "KeyboardInterrupt", evalue: reason, traceback: [`KeyboardInterrupt: ${reason}`] };
  }
  const title = `${error.name}: ${error.message}`;
  // A UserError says what is wrong and what to do; where in the code it was noticed helps nobody.
  if (typeof error.remedy === "string")
    return { ename: error.name, evalue: error.message, traceback: title.split("\n") };
  const traceback = [...title.split("\n"), ...ownFrames(error)];
  if (error.cause !== undefined) traceback.push(`Caused by ${failureOf(error.cause).traceback.join("\n")}`);
  return { ename: error.name, evalue: error.message, traceback };
}

/** @returns {Failure} for the compiler's messages, one a line */
function compileFailure(messages) {
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  return { ename: "TypeScriptError", evalue: messages[0] + more, traceback: messages };
}

function isInterrupt(error) {
  return (
    error.name === "KeyboardInterrupt" ||
    error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ||
    error.message === interruptedByTslab
  );
}

/** The stack without tslab's and node's own frames; a cell's line numbers are those of compiled text, so they go. */
function ownFrames(error) {
  return String(error.stack)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .filter(
      (line) =>
        !/[\\/]node_modules[\\/]tslab[\\/]dist|[\\/]jupyter[\\/]launcher|\(?node:(vm|internal)/.test(line),
    )
    .map((line) => line.replace(/evalmachine\.<anonymous>:\d+:\d+/, "cell"))
    .filter((line, index, lines) => line !== lines[index - 1]);
}

/** A console for tslab's executor that keeps failures instead of printing them. */
class FailureCollector {
  /** @type {Failure | null} */
  failure = null;
  log = (...args) => console.log(...args);
  error = (...args) => {
    if (args.length === 1) {
      this.failure ??= failureOf(args[0]);
      return;
    }
    // The compiler's diagnostics come one call each: a format and its parts.
    this.messages.push(withReplacement(util.format(...args)));
    this.failure = compileFailure(this.messages);
  };
  messages = [];

  clear() {
    this.failure = null;
    this.messages = [];
  }
}

module.exports = { FailureCollector, failureOf, compileFailure, interruptedByTslab };
