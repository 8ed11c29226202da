"use strict";
/**
 * What the cells so far have declared, with its types: for the next cell, for completion and for hovering. tslab takes a
 * cell's declarations when it has come to its end. Here, as in Python, those that a cell has made before it was
 * interrupted or failed stay as well.
 */
const path = require("node:path");
const { compiler, tslab } = require("./project.cjs");
const { expandShorthand } = require("./expandShorthand.cjs");
const { withMagics } = require("./magics.cjs");
const { noticeNewModule } = require("./redirectImports.cjs");
const { withReplacement } = require("./replacedNames.cjs");

const ts = require(compiler);
const { getCodeMetadata } = tslab("metadata");

class Declarations {
  /** As the text of a declaration file. */
  text = "";
  /** Cells that were compiled and have not been run: what they are compiled to, by what was declared before and their code. */
  compiled = new Map();
  /** For each variable the code of the cell that declared it. */
  madeBy = new Map();
  /** The cell that is being run: { text, names, before: what these names meant until now, lastExpression: its name, code }. */
  cell;

  /**
   * @param converter tslab's, whose conversions name what a cell declares (`shareVariables`)
   * @param variables the object of all variables
   */
  constructor(converter, variables) {
    this.variables = variables;
    const { convert, inspect, complete } = converter;
    this.convert = convert;
    converter.convert = (_, code) => {
      const converted = this.compile(this.text, code);
      converted.code = code;
      this.compiled.delete(keyOf(this.text, code));
      if (converted.diagnostics.length === 0) this.begin(converted);
      return converted;
    };
    converter.inspect = (_, ...place) => inspect(this.text, ...place);
    converter.complete = (_, ...place) => complete(this.text, ...place);
  }

  /** Compiles a cell before it is run. */
  prepare(code) {
    if (isOneOfMany(code)) this.compile(this.text, code);
  }

  compile(before, code) {
    const key = keyOf(before, code);
    const known = this.compiled.get(key);
    if (known) return known;
    const { text, placeIn } = expandShorthand(code);
    let converted = this.convert(before, text);
    if (missingModules(converted.diagnostics).some(noticeNewModule)) converted = this.convert(before, text);
    const placed = converted.diagnostics.map(({ start, ...more }) => ({ ...more, start: placeIn(start) }));
    converted.diagnostics = withMagics(code, placed);
    // A module that is not there may be when the cell is run.
    if (!converted.diagnostics.some(isMissingModule)) this.compiled.set(key, converted);
    return converted;
  }

  /** What was compiled with types that have changed since. */
  forgetCompiled() {
    this.compiled.clear();
  }

  /**
   * Compiles cells that are to be run one after the other.
   * @param {{ code: string, mayFail: boolean }[]} cells
   * @returns the first that does not compile, { at: its place, messages }, or null. Where a cell needs what only an
   * earlier one makes, such as a file or a module, nothing is known of it and of those that follow.
   */
  check(cells) {
    let { text } = this;
    for (const [at, { code, mayFail }] of cells.entries()) {
      if (!isOneOfMany(code)) return null;
      const { diagnostics, declOutput = "" } = this.compile(text, code);
      if (diagnostics.length === 0) text = declOutput;
      else if (diagnostics.some(isMissingModule)) return null;
      else if (!mayFail) return { at, messages: diagnostics.map(inWords) };
    }
    return null;
  }

  /** The line that declared a variable, as a person would look for it; "" where that is not known. */
  lineOf(name) {
    return statementOf(this.madeBy.get(name) ?? "", name);
  }

  /** What cells have imported: each variable with where it is `from`, and its `key` there (`*` for all of it). */
  imports() {
    const names = new Map();
    for (const code of new Set(this.madeBy.values()))
      for (const imported of importsIn(code))
        if (this.madeBy.get(imported.name) === code) names.set(imported.name, imported);
    return [...names.values()];
  }

  begin({ declOutput: text = "", names, lastExpression, code }) {
    const known = names.filter((name) => Object.hasOwn(this.variables, name));
    const before = new Map(known.map((name) => [name, this.variables[name]]));
    this.cell = { text, names, before, lastExpression, code };
  }

  /** The value of the last expression of the cell that is being run; undefined where it has none. */
  takeLastExpression() {
    const name = this.cell?.lastExpression;
    if (name === undefined) return undefined;
    const value = this.variables[name];
    // Not deleted, which would make the object of all variables slow.
    this.variables[name] = undefined;
    return value;
  }

  /**
   * The cell that was being run has ended.
   * @param {boolean} whole whether it came to its end
   * @returns {boolean} whether a name that stood for an object now stands for something else
   */
  end(whole) {
    const { cell, variables } = this;
    this.takeLastExpression();
    this.cell = undefined;
    if (!cell) return false;
    const { names, before } = cell;
    const isSame = (name) => before.has(name) && Object.is(before.get(name), variables[name]);
    const missing = new Set(names.filter((name) => !Object.hasOwn(variables, name) || isSame(name)));
    this.text = whole
      ? cell.text
      : picked(cell.text, (name) => !missing.has(name)) + picked(this.text, (name) => missing.has(name));
    for (const name of names) if (!missing.has(name)) this.madeBy.set(name, cell.code);
    return [...before].some(([name, value]) => isObject(value) && !isSame(name));
  }
}

const keyOf = (before, code) => `${code}\0${before}`;

/** The compiler's number for a module that is not there. */
const isMissingModule = ({ code }) => code === 2307;

/** Those beside the notebook that the compiler has not found, as paths. */
const missingModules = (diagnostics) =>
  diagnostics
    .filter(isMissingModule)
    .map(({ messageText }) => /'(\.{1,2}\/[^']*)'/.exec(messageText)?.[1])
    .filter(Boolean)
    .map((name) => path.resolve(name));

/** A module for other cells, or for a browser, is compiled elsewhere. */
function isOneOfMany(code) {
  const { module, mode } = getCodeMetadata(code);
  return !module && mode !== "browser";
}

/** As tslab prints a message. */
const inWords = ({ start, messageText }) =>
  withReplacement(`${start.line + 1}:${start.character + 1} - ${messageText}`);

/** The first line of the statement that declares a name. */
function statementOf(code, name) {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const found = file.statements.find((statement) => declares(statement, name));
  const [line, ...more] = (found?.getText(file) ?? "").split("\n");
  return more.length > 0 ? `${line} ...` : line;
}

function importsIn(code) {
  if (!/\bimport\b/.test(code)) return [];
  const { statements } = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022);
  return statements.filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
    const from = moduleSpecifier.text;
    const { name, namedBindings: all } = importClause ?? {};
    const one = name ? [{ name: name.text, from, key: "default" }] : [];
    if (all?.elements)
      for (const { name: local, propertyName } of all.elements)
        one.push({ name: local.text, from, key: (propertyName ?? local).text });
    else if (all) one.push({ name: all.name.text, from, key: "*" });
    return one;
  });
}

const declares = (statement, name) =>
  ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.some((declaration) => binds(declaration.name, name))
    : statement.name?.text === name;

const binds = (pattern, name) =>
  ts.isIdentifier(pattern)
    ? pattern.text === name
    : pattern.elements.some((element) => element.name !== undefined && binds(element.name, name));

/** The declarations of a file whose names are wanted. */
function picked(text, isWanted) {
  const file = ts.createSourceFile("cell.d.ts", text, ts.ScriptTarget.ES2022, true);
  const printer = ts.createPrinter();
  const statements = file.statements.map((statement) => pick(statement, isWanted)).filter(Boolean);
  return statements
    .map((statement) => `${printer.printNode(ts.EmitHint.Unspecified, statement, file)}\n`)
    .join("");
}

/** A statement with those of its names that are wanted; undefined where none is. */
function pick(statement, isWanted) {
  const { factory } = ts;
  if (ts.isVariableStatement(statement)) {
    const list = statement.declarationList;
    const declarations = list.declarations.filter(({ name }) => isWanted(name.text));
    if (declarations.length === 0) return undefined;
    const fewer = factory.updateVariableDeclarationList(list, declarations);
    return factory.updateVariableStatement(statement, statement.modifiers, fewer);
  }
  if (ts.isImportDeclaration(statement)) {
    const clause = pickImports(statement.importClause, isWanted);
    if (!clause) return undefined;
    const { modifiers, moduleSpecifier, assertClause } = statement;
    return factory.updateImportDeclaration(statement, modifiers, clause, moduleSpecifier, assertClause);
  }
  return statement.name && isWanted(statement.name.text) ? statement : undefined;
}

function pickImports(clause, isWanted) {
  if (!clause) return undefined;
  const { factory } = ts;
  const name = clause.name && isWanted(clause.name.text) ? clause.name : undefined;
  let bindings = clause.namedBindings;
  if (bindings && ts.isNamedImports(bindings)) {
    const elements = bindings.elements.filter((element) => isWanted(element.name.text));
    bindings = elements.length === 0 ? undefined : factory.updateNamedImports(bindings, elements);
  } else if (bindings && !isWanted(bindings.name.text)) bindings = undefined;
  if (!name && !bindings) return undefined;
  return factory.updateImportClause(clause, clause.isTypeOnly, name, bindings);
}

const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

module.exports = { Declarations };
