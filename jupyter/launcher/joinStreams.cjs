"use strict";
const { performance } = require("node:perf_hooks");
const { clearTimeout, setTimeout } = require("node:timers");

/** What is printed within this time goes in one message, once there is much. */
const everyMs = 50;
/** So many texts go at once, each in a message of its own, before the next ones wait. */
const atOnce = 20;
/** And not more than so many characters in one message. */
const mostCharacters = 1e6;

/**
 * Joins what a cell prints: a message for each of 20,000 lines would take a page half a minute. What is printed now and
 * then goes at once, also by a cell that does not yield.
 * @param send sends a stream's text: `(name, text)`
 * @returns `print(name, text)`, and `flush()`, to be called before any other message
 */
function joinStreams(send) {
  let [waiting, stream] = ["", ""];
  let timer;
  /** How many texts may still go at once, as of `since`. */
  let [left, since] = [atOnce, 0];

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === "") return;
    const text = waiting;
    waiting = "";
    send(stream, text);
  }

  function print(name, text) {
    if (name !== stream) flush();
    stream = name;
    waiting += text;
    const now = performance.now();
    if (now - since >= everyMs) [left, since] = [atOnce, now];
    if (waiting.length >= mostCharacters || left-- > 0) flush();
    else timer ??= setTimeout(flush, everyMs);
  }

  return { print, flush };
}

module.exports = { joinStreams };
