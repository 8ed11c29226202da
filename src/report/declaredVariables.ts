import { createRequire } from "node:module";
import type typescript from "typescript";

/** The variables that a cell's code declares outside of blocks and functions, by whether a later cell may assign to them. */
export interface DeclaredVariables {
  /** By `let` or `var`. */
  readonly variables: readonly string[];
  /** By `const`. */
  readonly constants: readonly string[];
}

/** @param code TypeScript, with or without mistakes */
export function declaredVariables(code: string): DeclaredVariables {
  const ts = compiler();
  const { statements } = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022);
  const lists = statements.filter(ts.isVariableStatement).map(({ declarationList }) => declarationList);
  const namesIn = (name: typescript.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
  const namesOf = (isWanted: (list: typescript.VariableDeclarationList) => boolean) =>
    lists.filter(isWanted).flatMap(({ declarations }) => declarations.flatMap(({ name }) => namesIn(name)));
  const isConst = ({ flags }: typescript.VariableDeclarationList) => (flags & ts.NodeFlags.Const) !== 0;
  return { variables: namesOf((list) => !isConst(list)), constants: namesOf(isConst) };
}

/** The one that the kernel compiles cells with. */
function compiler(): typeof typescript {
  const ofTslab = createRequire(createRequire(__filename).resolve("tslab/package.json"));
  return ofTslab("@tslab/typescript-for-tslab") as typeof typescript;
}
