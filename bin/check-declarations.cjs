// The notebook's kernel brings TypeScript 5.0 and reads the compiled declarations: they must be plain enough for it.
"use strict";
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const tslab = require.resolve("tslab/package.json", { paths: [root] });
const ts = require(require.resolve("@tslab/typescript-for-tslab", { paths: [path.dirname(tslab)] }));

const program = ts.createProgram([path.join(root, "dist", "src", "index.d.ts")], {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  typeRoots: [path.join(root, "node_modules", "@types")],
  esModuleInterop: true,
  noEmit: true,
  skipLibCheck: false,
});
const own = path.join(root, "dist") + path.sep;
const found = ts
  .getPreEmitDiagnostics(program)
  .filter(({ file }) => file !== undefined && path.resolve(file.fileName).startsWith(own));
for (const { file, start, messageText } of found) {
  const { line } = file.getLineAndCharacterOfPosition(start);
  console.error(`${file.fileName}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}
process.exit(found.length > 0 ? 1 : 0);
