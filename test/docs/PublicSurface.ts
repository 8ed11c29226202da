import path from "node:path";
import ts from "typescript";
import { projectRoot } from "../../src/core/environment.js";

const index = path.join(projectRoot, "src", "index.ts");
const settings = ts.parseJsonConfigFileContent(
  ts.readConfigFile(path.join(projectRoot, "tsconfig.json"), (file) => ts.sys.readFile(file)).config,
  ts.sys,
  projectRoot,
).options;

/** An expression that a page gives as an example, and what the compiler says of it. */
export interface CheckedExpression {
  readonly text: string;
  readonly type: ts.Type;
}

/** The package's public names as the compiler sees them, and code of a page that uses them. */
export class PublicSurface {
  readonly checker: ts.TypeChecker;
  /** Every public name, types too. */
  readonly exports: ReadonlyMap<string, ts.Symbol>;
  /** What the compiler does not take of the page's code, in its words. */
  readonly errors: readonly string[];
  private readonly defaults: ReadonlyMap<ts.Node, ReadonlySet<string>>;
  private readonly types = new Map<string, ts.Type>();

  /**
   * @param values the public names that are not types alone; code may use them all
   * @param names what `expressions` and `block` may use beside them: a name and its type
   * @param expressions each has to compile by itself
   * @param block statements that have to compile together; they may await
   */
  constructor(
    values: readonly string[],
    names: Readonly<Record<string, string>>,
    expressions: readonly string[],
    block: string,
  ) {
    const page = path.join(projectRoot, "test", "docs", "page.ts");
    const head = `import { ${values.join(", ")} } from "../../src/index.js";`;
    const given = Object.entries(names).map(([name, type]) => `declare const ${name}: ${type};`);
    // Each expression is a line of its own.
    const before = [head, ...given].join(" ");
    const text = [
      before,
      ...expressions.map((expression) => `void (${expression});`),
      `async function block() { ${block} }`,
    ].join("\n");
    const host = ts.createCompilerHost({});
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (file, ...how) =>
      file === page
        ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
        : getSourceFile(file, ...how);
    const options = { ...settings, incremental: false, tsBuildInfoFile: undefined, noUnusedLocals: false };
    const program = ts.createProgram([page, index], { ...options, noEmit: true }, host);
    const source = program.getSourceFile(page);
    const indexed = program.getSourceFile(index);
    if (!source || !indexed) throw new Error("the compiler found no sources");

    this.checker = program.getTypeChecker();
    this.exports = this.exportsOf(indexed);
    this.errors = program
      .getSemanticDiagnostics(source)
      .concat(program.getSyntacticDiagnostics(source))
      .map(({ start = 0, messageText }) => {
        const { line } = source.getLineAndCharacterOfPosition(start);
        return `${text.split("\n")[line] ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      });
    for (const statement of source.statements) {
      if (!ts.isExpressionStatement(statement) || !ts.isVoidExpression(statement.expression)) continue;
      const { expression } = statement.expression;
      if (!ts.isParenthesizedExpression(expression)) continue;
      this.types.set(expression.expression.getText(), this.checker.getTypeAtLocation(expression.expression));
    }
    const src = path.join(projectRoot, "src") + path.sep;
    const own = program.getSourceFiles().filter(({ fileName }) => path.resolve(fileName).startsWith(src));
    this.defaults = this.defaultsIn(own);
  }

  /** The members of a class or interface that are not private: `static` ones of the class itself are asked for apart. */
  membersOf(name: string, part: "instance" | "static"): string[] {
    const symbol = this.exports.get(name);
    if (!symbol) return [];
    const type =
      part === "static" ? this.checker.getTypeOfSymbol(symbol) : this.checker.getDeclaredTypeOfSymbol(symbol);
    return type
      .getProperties()
      .filter(({ name: member, declarations = [] }) => {
        const hidden = declarations.some(
          (declaration) =>
            (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0 ||
            ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "internal"),
        );
        return member !== "prototype" && !member.startsWith("__") && !hidden;
      })
      .map((member) => member.name);
  }

  /**
   * What can be given by name to `what`, or asked of it: the options, which are the last parameter, of a function, of a
   * method or of a class's constructor that is among the expressions; or the members of a public type.
   */
  optionsOf(what: string): ReadonlyMap<string, ts.Symbol> {
    const type = this.types.get(what);
    const signatures = type ? [...type.getCallSignatures(), ...type.getConstructSignatures()] : [];
    const parameters = signatures.flatMap((signature) => signature.parameters.at(-1) ?? []);
    const symbol = this.exports.get(what);
    const holders =
      signatures.length > 0
        ? parameters.map((parameter) =>
            this.checker.getNonNullableType(this.checker.getTypeOfSymbol(parameter)),
          )
        : symbol
          ? [this.checker.getDeclaredTypeOfSymbol(symbol)]
          : [];
    // A text and a list have members, but none that are given by name.
    const objects = holders.filter(
      (holder) => (holder.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0,
    );
    return new Map(
      objects.flatMap((holder) => holder.getProperties().map((member) => [member.name, member])),
    );
  }

  /** What the code takes in place of an option that is not given, as it is written there; several if it is read twice. */
  defaultsOf(option: ts.Symbol): string[] {
    return (option.declarations ?? []).flatMap((declaration) => [...(this.defaults.get(declaration) ?? [])]);
  }

  private exportsOf(file: ts.SourceFile): Map<string, ts.Symbol> {
    const symbol = this.checker.getSymbolAtLocation(file);
    if (!symbol) throw new Error("src/index.ts exports nothing");
    return new Map(
      this.checker.getExportsOfModule(symbol).map((exported) => {
        const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
        return [exported.name, isAlias ? this.checker.getAliasedSymbol(exported) : exported];
      }),
    );
  }

  /** By the declaration of the option: `{ option = value }` and `options.option ?? value`, wherever they stand. */
  private defaultsIn(files: readonly ts.SourceFile[]): Map<ts.Node, Set<string>> {
    const { checker } = this;
    const found = new Map<ts.Node, Set<string>>();
    const note = (option: ts.Symbol | undefined, value: ts.Expression) => {
      for (const declaration of option?.declarations ?? []) {
        const texts = found.get(declaration) ?? new Set();
        found.set(declaration, texts.add(this.constantBehind(value).getText()));
      }
    };
    const visit = (node: ts.Node): void => {
      if (ts.isBindingElement(node) && node.initializer && ts.isObjectBindingPattern(node.parent)) {
        const { parent: owner } = node.parent;
        const given = ts.isParameter(owner) || !ts.isVariableDeclaration(owner) ? owner : owner.initializer;
        const type = checker.getTypeAtLocation(given ?? owner);
        const name = (node.propertyName ?? node.name).getText();
        note(checker.getPropertyOfType(checker.getNonNullableType(type), name), node.initializer);
      }
      const isElse =
        ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
      if (isElse && ts.isPropertyAccessExpression(node.left)) {
        note(checker.getSymbolAtLocation(node.left.name), node.right);
      }
      ts.forEachChild(node, visit);
    };
    files.forEach(visit);
    return found;
  }

  /** `defaultWd` is said as what it is set to. */
  private constantBehind(value: ts.Expression): ts.Expression {
    if (!ts.isIdentifier(value)) return value;
    const symbol = this.checker.getSymbolAtLocation(value);
    const isAlias = symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const declaration = (isAlias ? this.checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
    const set = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return set ?? value;
  }
}
