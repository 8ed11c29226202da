"use strict";
const { compiler } = require("./project.cjs");

const ts = require(compiler);

/**
 * Rewrites a cell that tslab has compiled to an ECMAScript module ending with `export { names };`: those names are
 * read and written as properties of `exports`, functions from the start, others from their declaration on. Names that a
 * module would have, such as `__dirname`, are those of `moduleNames`.
 */
function throughExports(js) {
  const { file, checker } = parsed(js);
  const localOf = (name) => file.locals.get(ts.escapeLeadingUnderscores(name));
  const shared = new Set(namesExported(file).filter(localOf));
  if (shared.size === 0 && !mentionsModule.test(js)) return js;

  const edits = [];
  const replace = (start, end, text) => edits.push({ start, end, text });
  const exported = (found) =>
    found.filter((name) => shared.has(name)).map((name) => ` exports.${name} = ${name};`);

  /** A declaration whose value is exported when it has been made. */
  const declare = (statement, found) => {
    if (statement.parent === file) {
      replace(statement.end, statement.end, exported(found).join(""));
      return;
    }
    // A `var` in a block or without one: still one statement.
    replace(statement.getStart(), statement.getStart(), "{ ");
    replace(statement.end, statement.end, `${exported(found).join("")} }`);
  };

  /** `let a = 1, b = a;`: each is exported before the next is made. */
  const declareEach = (list) => {
    const keyword = list.getText().match(/^\w+/)[0];
    list.declarations.forEach((declaration, i) => {
      const found = boundNames(declaration.name);
      const next = list.declarations[i + 1];
      if (next) replace(declaration.end, next.getStart(), `;${exported(found).join("")} ${keyword} `);
      else declare(list.parent, found);
    });
  };

  /** `for (var i = 0; ...)`: an assignment in place of the declaration. */
  const assign = (list) => {
    replace(list.getStart(), list.declarations[0].getStart(), "");
    const targets = (name) => {
      if (ts.isIdentifier(name)) {
        const { parent } = name;
        const short = ts.isBindingElement(parent) && !parent.propertyName && !parent.dotDotDotToken;
        const key = short && ts.isObjectBindingPattern(parent.parent) ? `${name.text}: ` : "";
        replace(name.getStart(), name.end, `${key}exports.${name.text}`);
      } else for (const element of name.elements) if (element.name) targets(element.name);
    };
    for (const { name } of list.declarations) targets(name);
  };

  const mention = (node) => {
    const { parent, text } = node;
    const start = node.getStart();
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
      if (isShared(checker.getShorthandAssignmentValueSymbol(parent), node)) {
        replace(start, node.end, `${text}: exports.${text}`);
      }
      return;
    }
    if (isName(node)) return;
    const symbol = checker.getSymbolAtLocation(node);
    if (symbol === undefined && Object.hasOwn(moduleNames, text)) replace(start, node.end, moduleNames[text]);
    if (!isShared(symbol, node)) return;
    const called = (ts.isCallExpression(parent) && parent.expression === node) || parent.tag === node;
    // So that `this` in the function is not the object of all variables.
    replace(start, node.end, called ? `(0, exports.${text})` : `exports.${text}`);
  };

  const isShared = (symbol, node) =>
    shared.has(node.text) &&
    symbol !== undefined &&
    symbol === localOf(node.text) &&
    !isWithinOwnDeclaration(node, symbol);

  const visit = (node, inFunction) => {
    if (ts.isExportDeclaration(node)) {
      replace(node.getStart(), node.end, "");
      return;
    }
    if (ts.isIdentifier(node) && (shared.has(node.text) || Object.hasOwn(moduleNames, node.text)))
      mention(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      replace(node.getStart(), node.end, importMeta);
      return;
    }
    if (ts.isImportDeclaration(node)) declare(node, importedNames(node));
    if (ts.isClassDeclaration(node) && node.parent === file && node.name) declare(node, [node.name.text]);
    if (ts.isVariableDeclarationList(node) && !inFunction) {
      const found = node.declarations.flatMap(({ name }) => boundNames(name));
      const isVar = (node.flags & ts.NodeFlags.BlockScoped) === 0;
      if (ts.isVariableStatement(node.parent)) {
        const own = node.parent.modifiers === undefined && (isVar || node.parent.parent === file);
        if (own && found.some((name) => shared.has(name))) declareEach(node);
      } else if (isVar && found.every((name) => shared.has(name))) assign(node);
    }
    const inner = inFunction || ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, false);

  const functions = file.statements.flatMap((statement) =>
    ts.isFunctionDeclaration(statement) && statement.name ? exported([statement.name.text]) : [],
  );
  const text = edits
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .reduceRight((done, { start, end, text }) => done.slice(0, start) + text + done.slice(end), js);
  return functions.join("") + text;
}

/** What the kernel knows of the notebook (`moduleOfCells`). */
const importMeta = "__tslab__.meta";
const moduleNames = {
  __dirname: `${importMeta}.dirname`,
  __filename: `${importMeta}.filename`,
  module: "__tslab__.require.main",
};
const mentionsModule = /\b(__dirname|__filename|module|import\.meta)\b/;

/** The names that such a module exports: those of the cell's variables, functions, classes and imports. */
const exportedNames = (js) =>
  namesExported(ts.createSourceFile("/cell.js", js, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS));

const namesExported = ({ statements }) =>
  statements
    .filter((statement) => ts.isExportDeclaration(statement))
    .flatMap(({ exportClause }) => exportClause?.elements?.map(({ name }) => name.text) ?? []);

/** The text's syntax tree and what its names mean; nothing beside it is read. */
function parsed(js) {
  const name = "/cell.js";
  const file = ts.createSourceFile(name, js, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const host = {
    getSourceFile: (wanted) => (wanted === name ? file : undefined),
    getDefaultLibFileName: () => "/lib.d.ts",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (wanted) => wanted,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (wanted) => wanted === name,
    readFile: () => undefined,
    writeFile: () => undefined,
  };
  const options = { allowJs: true, noLib: true, noResolve: true, target: ts.ScriptTarget.ES2022, types: [] };
  const checker = ts
    .createProgram([name], { ...options, module: ts.ModuleKind.ESNext }, host)
    .getTypeChecker();
  return { file, checker };
}

/** Whether an identifier names something, a declaration or a property, and is not the mention of a variable. */
function isName(node) {
  const { parent } = node;
  return parent.name === node || parent.propertyName === node || parent.label === node;
}

/**
 * A class's own body means the class itself, whatever its name is given later; `const { a, b = a } = o` means the `a`
 * that it has just made.
 */
function isWithinOwnDeclaration(node, symbol) {
  let inFunction = false;
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isClassDeclaration(at) && symbol.declarations?.includes(at)) return true;
    if (ts.isVariableDeclaration(at) && !inFunction && boundNames(at.name).includes(node.text)) return true;
    inFunction ||= ts.isFunctionLike(at);
  }
  return false;
}

function boundNames(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (element.name ? boundNames(element.name) : []));
}

function importedNames({ importClause }) {
  const { name, namedBindings } = importClause ?? {};
  const named = namedBindings?.elements ?? (namedBindings ? [namedBindings] : []);
  return [...(name ? [name] : []), ...named.map((element) => element.name)].map(({ text }) => text);
}

module.exports = { exportedNames, throughExports };
