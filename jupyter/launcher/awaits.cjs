"use strict";
/**
 * tslab makes a cell asynchronous where its compiler objects to an `await` outside functions. The compiler objects to
 * `await load()`, but neither to `await (async () => 3)()` nor to `for await (const item of items)`.
 */
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/** @param converter tslab's; it notices from now on each `await` of a cell */
function noticeAwaits(converter) {
  const { convert } = converter;
  converter.convert = (...input) => {
    const converted = convert(...input);
    if (converted.output && !converted.hasToplevelAwait)
      converted.hasToplevelAwait = hasTopLevelAwait(converted.output);
    return converted;
  };
}

function hasTopLevelAwait(js) {
  if (!/\bawait\b/.test(js)) return false;
  // Only in a module is `await (1)` no call of a function named `await`.
  const file = ts.createSourceFile(
    "cell.js",
    `${js}\nexport {};`,
    ts.ScriptTarget.ES2022,
    false,
    ts.ScriptKind.JS,
  );
  const awaits = (node) => {
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
    return !ts.isFunctionLike(node) && ts.forEachChild(node, awaits) === true;
  };
  return awaits(file);
}

module.exports = { noticeAwaits };
