"use strict";
/**
 * Cells share their variables. tslab makes a cell's variables local to the cell and copies them for later cells, so
 * that a function goes on seeing the value that its own cell gave: after `let t = 0.5; const call = (p) => p >= t;`,
 * another cell's `t = 0.9` would not reach `call`. Here every mention of a variable of the notebook is a property of one
 * object, `exports`, in its own cell as in later ones, and also after a later cell has declared it anew.
 */
const { compiler } = require("./project.cjs");
const { exportedNames, throughExports } = require("./throughExports.cjs");

const ts = require(compiler);

/** What the compiler last turned from an ECMAScript module into a CommonJS one: { js, options, outputText }. */
let lastModule;

/** The program that tslab's compiler has made last. */
let lastProgram;
const programOfCell = () => lastProgram;

/** Makes the last step of tslab's conversion known and corrects its first; to be called before tslab is loaded. */
function watchConversion() {
  const transpileModule = (js, options) => {
    const result = ts.transpileModule(js, options);
    lastModule = { js, options, outputText: result.outputText };
    return result;
  };
  const createWatchProgram = (host) => {
    const { afterProgramCreate } = host;
    host.afterProgramCreate = (program) => {
      lastProgram = program.getProgram();
      unescapeNames(lastProgram);
      const { emit } = program;
      program.emit = (file, write, token, declarationsOnly, transformers) => {
        // tslab's are for cells. Of a module they would change what the compiler reads again when another one is edited.
        const ofCell = { ...transformers, before: [quotePropertyNames] };
        return emit(file, write, token, declarationsOnly, isCell(file) ? ofCell : {});
      };
      afterProgramCreate(program);
    };
    return ts.createWatchProgram(host);
  };
  // Else every package in node_modules/@types is read at the start, and one of them brings the browser's names along.
  const createWatchCompilerHost = (files, options, ...rest) =>
    ts.createWatchCompilerHost(files, { ...options, types: ["node"] }, ...rest);
  // A copy, since the compiler's own properties cannot be set.
  require.cache[compiler].exports = {
    ...require.cache[compiler].exports,
    transpileModule,
    createWatchProgram,
    createWatchCompilerHost,
  };
}

/**
 * `const { f: a } = earlier;` becomes `const { "f": a } = earlier;`. tslab writes `exports.` before each identifier that
 * an earlier cell has declared, and takes the name of an earlier variable's property for one.
 */
function quotePropertyNames(context) {
  const visit = (node) => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isBindingElement(visited) || !visited.propertyName || !ts.isIdentifier(visited.propertyName))
      return visited;
    const { dotDotDotToken, propertyName, name, initializer } = visited;
    const quoted = context.factory.createStringLiteral(propertyName.text);
    return context.factory.updateBindingElement(visited, dotDotDotToken, quoted, name, initializer);
  };
  return (file) => ts.visitNode(file, visit);
}

/**
 * @param converter tslab's; what it makes of cells from now on shares its variables, and says their `names` and that of the
 * `lastExpression`, which tslab would print as it stands
 */
function shareVariables(converter) {
  const { convert } = converter;
  converter.convert = (...input) => {
    lastModule = undefined;
    const converted = convert(...input);
    converted.names = [];
    converted.lastExpression = converted.lastExpressionVar;
    converted.lastExpressionVar = undefined;
    if (lastModule !== undefined && converted.output === lastModule.outputText) {
      const { js, options } = lastModule;
      converted.names = exportedNames(js);
      converted.declOutput += nestedDeclarations(lastProgram);
      converted.output = ts.transpileModule(throughExports(js), options).outputText;
    }
    return converted;
  };
}

const isCell = ({ fileName }) => fileName.endsWith("/__tslab__.ts");
const cellOf = (program) => program?.getSourceFiles().find(isCell);

/** The compiler writes one more `_` before a name with two, which tslab takes for part of the name. */
function unescapeNames(program) {
  // The names are known once there is a checker.
  program.getTypeChecker();
  const { locals } = cellOf(program) ?? {};
  if (![...(locals?.keys() ?? [])].some((name) => name.startsWith("___"))) return;
  locals.forEach = (visit) => {
    for (const [name, symbol] of locals) visit(symbol, ts.unescapeLeadingUnderscores(name));
  };
}

/** The declarations of what a cell declares by `var` in a block or a loop, which tslab leaves out. */
function nestedDeclarations(program) {
  const file = cellOf(program);
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter();
  return [...(file?.locals ?? [])]
    .filter(([, { declarations = [] }]) => declarations.length > 0 && declarations.every(isNested))
    .map(([escaped, symbol]) => {
      const type = checker.getTypeOfSymbolAtLocation(symbol, file);
      const node = checker.typeToTypeNode(type, file, ts.NodeBuilderFlags.NoTruncation);
      const text = node ? printer.printNode(ts.EmitHint.Unspecified, node, file) : "any";
      return `declare let ${ts.unescapeLeadingUnderscores(escaped)}: ${text};\n`;
    })
    .join("");
}

function isNested(declaration) {
  let at = declaration;
  while (ts.isBindingElement(at) || ts.isBindingPattern(at)) at = at.parent;
  if (!ts.isVariableDeclaration(at)) return false;
  const { parent: statement } = at.parent;
  return !(ts.isVariableStatement(statement) && ts.isSourceFile(statement.parent));
}

module.exports = { programOfCell, shareVariables, watchConversion };
