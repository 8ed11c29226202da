import path from "node:path";

/** Nodes of every syntax that names another file, and where in them its name stands. */
const importing = {
  ImportDeclaration: (node) => node.source,
  ExportNamedDeclaration: (node) => node.source,
  ExportAllDeclaration: (node) => node.source,
  ImportExpression: (node) => node.source,
  TSImportType: (node) => node.source,
  TSExternalModuleReference: (node) => node.expression,
  // `require(...)`, `require.resolve(...)` and `import.meta.resolve(...)`.
  CallExpression: ({ callee, arguments: [name] }) => {
    const called = callee.type === "MemberExpression" ? callee.object : callee;
    return called.name === "require" || called.type === "MetaProperty" ? name : undefined;
  },
};

/** A text that is known before the program runs; undefined for any other expression. */
function textOf(node) {
  if (node?.type === "Literal") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/**
 * The ESLint rule that a file of `src` imports only what its room may. It goes by the file that an import leads to, in
 * whatever way it is written: `import`, `export ... from`, `import(...)`, types, `require`, and paths with detours.
 * @param src absolute path of the folder of the rooms
 * @param mayImport the rooms, and which others each may import
 * @param packageName the package itself may not be imported by its name, which leads to its entry points
 */
export const importRooms = (src, mayImport, packageName) => ({
  meta: { type: "problem", schema: [], messages: { forbidden: "{{ reason }}" } },
  create(context) {
    const [room, ...below] = path.relative(src, context.filename).split(path.sep);
    const isEntryPoint = below.length === 0;

    /** Why an import is forbidden; undefined: it is not. */
    function reasonAgainst(name) {
      if (name === packageName || name.startsWith(`${packageName}/`)) {
        return "src imports its own files by their paths, not by the package's name.";
      }
      if (path.isAbsolute(name) || name.startsWith("file:")) return "src imports no absolute paths.";
      if (!/^\.{1,2}(\/|$)/.test(name)) return undefined;
      const target = path.relative(src, path.resolve(path.dirname(context.filename), name));
      const [other, ...rest] = target.split(path.sep);
      if (other === "..") return "src imports nothing that lies outside it.";
      if (isEntryPoint || (other === room && rest.length > 0)) return undefined;
      if (rest.length === 0) return "Nothing imports the entry points.";
      if (other === "commands") return "Only src/cli.ts imports the commands.";
      const allowed = room === "commands" ? Object.keys(mayImport) : mayImport[room];
      if (allowed?.includes(other)) return undefined;
      return `src/${room} may import only: ${allowed?.join(", ") || "itself"}.`;
    }

    const check = (nameOf) => (node) => {
      const name = textOf(nameOf(node));
      const reason = typeof name === "string" ? reasonAgainst(name) : undefined;
      if (reason) context.report({ node, messageId: "forbidden", data: { reason } });
    };
    return Object.fromEntries(Object.entries(importing).map(([type, nameOf]) => [type, check(nameOf)]));
  },
});
