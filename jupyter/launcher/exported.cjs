"use strict";
/**
 * tslab exports every variable of a cell, so that `export const x = 1;` would declare an export twice. In a cell the
 * word adds nothing and is left out; spaces in its place keep the columns of messages right.
 */
const { compiler, tslab } = require("./project.cjs");

const ts = require(compiler);

/** The same code without `export` at its declarations. */
function withoutExports(code) {
  // A cell that begins with a comment `@module name` is a module, from which other cells import.
  if (!/\bexport\b/.test(code) || tslab("metadata").getCodeMetadata(code).module) return code;
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const words = file.statements.flatMap((statement) => {
    const isList = ts.isExportDeclaration(statement) && !statement.moduleSpecifier;
    if (isList)
      return statement.exportClause?.elements.every((name) => !name.propertyName) ? [statement] : [];
    if (ts.isExportAssignment(statement) && !statement.isExportEquals)
      return [{ getStart: () => statement.getStart(), end: statement.expression.getStart() }];
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const named = ts.isVariableStatement(statement) || statement.name;
    return named ? modifiers.filter(({ kind }) => exportWords.has(kind)) : [];
  });
  return words.reduce((text, word) => {
    const start = word.getStart();
    return text.slice(0, start) + text.slice(start, word.end).replace(/\S/g, " ") + text.slice(word.end);
  }, code);
}

const exportWords = new Set([ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DefaultKeyword]);

module.exports = { withoutExports };
