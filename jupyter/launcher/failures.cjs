"use strict";
const util = require("node:util");
const { withReplacement } = require("./replacedNames.cjs");
const { ownFrames } = require("./stackTraces.cjs");

/**
 * Turns what tslab would print to standard error into the content of a Jupyter `error` message.
 * @typedef {{ ename: string, evalue: string, traceback: string[] }} Failure
 */

/** The message of the error with which tslab ends an asynchronous cell. */
const interruptedByTslab = "Interrupted asynchronously";

/** @returns {Failure} for a thrown value */
function failureOf(error, seen = new Set()) {
  seen.add(error);
  if (!util.types.isNativeError(error) && !(error instanceof Error)) {
    const evalue =
      typeof error === "string"
        ? error
        : util.inspect(error, { breakLength: Infinity, maxStringLength: 200 });
    return { ename: "Error", evalue, traceback: [util.inspect(error)] };
  }
  const [ename, evalue] = [String(error.name), String(error.message)];
  if (isInterrupt(error)) {
    const reason = ename === "KeyboardInterrupt" && evalue !== "" ? evalue : "stopped by the person";
    return { ename: "KeyboardInterrupt", evalue: reason, traceback: [`KeyboardInterrupt: ${reason}`] };
  }
  const title = `${ename}: ${evalue}`.split("\n");
  // A UserError says what is wrong and what to do; where in the code it was noticed helps nobody.
  if (typeof error.remedy === "string") return { ename, evalue, traceback: title };
  const further = (why, other) =>
    other === undefined || seen.has(other) ? [] : `${why} ${failureOf(other, seen).traceback.join("\n")}`;
  const all = Array.isArray(error.errors) ? error.errors : [];
  const traceback = [
    ...title,
    ...framesOf(error),
    ...all.flatMap((each) => further("One of them is", each)),
    ...[further("Caused by", error.cause)].flat(),
  ];
  return { ename, evalue, traceback };
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

/** Those of an error of another thread have been written there. */
const framesOf = ({ stack }) =>
  ownFrames(
    String(stack)
      .split("\n")
      .filter((line) => /^\s+at /.test(line)),
  );

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

module.exports = { FailureCollector, failureOf, interruptedByTslab };
