"use strict";
/**
 * tslab finds a variable of an earlier cell wherever its name stands, except in `{ size }`, where it fails with
 * "size is not defined". Written out, `{ size: size }`, it works.
 */
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/** The same code with every shorthand property written out. */
function expandShorthand(code) {
  const ends = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) ends.push({ at: node.name.end, name: node.name.text });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true));
  return ends.reduceRight((text, { at, name }) => `${text.slice(0, at)}: ${name}${text.slice(at)}`, code);
}

module.exports = { expandShorthand };
