"use strict";
/**
 * tslab finds a variable of an earlier cell wherever its name stands, except in `{ size }`, where it fails with
 * "size is not defined". Written out, `{ size: size }`, it works.
 */
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/**
 * The same code with every shorthand property written out.
 * @returns {{ text: string, placeIn: (start: { line: number, character: number }) => object }} `placeIn`: where in the code a
 * place of the text is
 */
function expandShorthand(code) {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const names = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const text = names.reduceRight(
    (done, { end, text: name }) => `${done.slice(0, end)}: ${name}${done.slice(end)}`,
    code,
  );
  const placeIn = (start) => {
    let { character } = start;
    for (const { end, text: name } of names) {
      const at = file.getLineAndCharacterOfPosition(end);
      if (at.line !== start.line || character <= at.character) continue;
      const added = `: ${name}`.length;
      // Within what was added it is the name itself.
      character = character < at.character + added ? at.character - name.length : character - added;
    }
    return { ...start, character };
  };
  return { text, placeIn };
}

module.exports = { expandShorthand };
