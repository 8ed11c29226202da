"use strict";
/**
 * Stacks as the author of a cell knows them: without what runs cells, and with the sources that a module was compiled from.
 * So they are printed wherever an error is: as a cell's failure, by `console.log`, as part of an object.
 */
const { findSourceMap } = require("node:module");
const { fileURLToPath } = require("node:url");

/** tslab's, this launcher's and node's own. */
const foreign =
  /[\\/]node_modules[\\/]tslab[\\/]dist|[\\/]jupyter[\\/](launcher[\\/]|tslab-kernel)|\(?node:(vm|internal|async_hooks)/;

/** From now on each error's stack is such a one; also in Node's own words `Error.prepareStackTrace`. */
function trimStacks() {
  Error.prepareStackTrace = (error, sites) =>
    [titleOf(error), ...ownFrames(sites.map((site) => `    at ${frameOf(site)}`))].join("\n");
}

function titleOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** A line of a stack, with the place in the source where that is known. */
function frameOf(site) {
  const text = String(site);
  const file = site.getFileName();
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  const map = typeof file === "string" && line > 0 ? findSourceMap(file) : undefined;
  const { originalSource, originalLine, originalColumn } = map?.findEntry(line - 1, column - 1) ?? {};
  if (originalSource === undefined) return text;
  const source = originalSource.startsWith("file:") ? fileURLToPath(originalSource) : originalSource;
  return text.replace(
    `${file}:${line}:${column}`,
    () => `${source}:${originalLine + 1}:${originalColumn + 1}`,
  );
}

/** @param {string[]} lines of a stack; a cell's line numbers are those of compiled text, so they go */
function ownFrames(lines) {
  return lines
    .filter((line) => !foreign.test(line))
    .map((line) => line.replace(/evalmachine\.<anonymous>:\d+:\d+/, "cell"))
    .filter((line, index, all) => line !== all[index - 1]);
}

module.exports = { ownFrames, trimStacks };
