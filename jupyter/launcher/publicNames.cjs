"use strict";
/** The names that a cell can import, by reading the declarations of the built modules. */
const fs = require("node:fs");
const path = require("node:path");
const { builtDir, compiler } = require("./project.cjs");

const ts = require(compiler);

/** Where names are to be had from, as a cell imports them, and the declarations; the most common place first. */
const places = {
  "xray-notebook": "index.d.ts",
  "xray-notebook/statistics": "statistics/index.d.ts",
  "xray-notebook/xrays": "xrays/index.d.ts",
};

/** @returns {Map<string, string>} each public name and what a cell imports it from */
function publicNames() {
  const names = new Map();
  for (const [place, file] of Object.entries(places)) {
    for (const name of exportedBy(path.join(builtDir, file))) if (!names.has(name)) names.set(name, place);
  }
  return names;
}

function exportedBy(file) {
  if (!fs.existsSync(file)) return [];
  const { statements } = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  return statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause?.elements) return exportClause.elements.map(({ name }) => name.text);
      const from = path.resolve(path.dirname(file), moduleSpecifier.text.replace(/\.js$/, ".d.ts"));
      return exportClause ? [exportClause.name.text] : exportedBy(from);
    }
    if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.text);
    return statement.name ? [statement.name.text] : [];
  });
}

/**
 * The public name that is meant: written in another case, as fast.ai's Python names are, or with a slip or two.
 * @param {Iterable<string>} names
 */
function nearest(wanted, names) {
  const plain = (name) => name.replaceAll("_", "").toLowerCase();
  const most = Math.min(2, Math.floor(wanted.length / 4));
  const found = [...names]
    .map((name) => ({ name, slips: slipsBetween(plain(wanted), plain(name), most) }))
    .filter(({ slips }) => slips <= most);
  return found.sort((a, b) => a.slips - b.slips)[0]?.name;
}

/** How many letters are to be changed, added, left out or exchanged with the next; more than `most` is `most` + 1. */
function slipsBetween(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [before, row] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return Math.min(row[b.length], most + 1);
}

module.exports = { nearest, publicNames };
