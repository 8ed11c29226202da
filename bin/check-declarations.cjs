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
// A notebook's first cell waits for each of them: those of the whole of TensorFlow.js alone are five hundred.
const foreign = program
  .getSourceFiles()
  .map(({ fileName }) => path.relative(root, fileName))
  .filter(
    (file) => file.startsWith("node_modules") && !/@types.node|undici-types|typescript-for-tslab/.test(file),
  );
if (foreign.length > 10) {
  console.error(
    `The public types lead to ${foreign.length} files of packages, such as ${foreign.slice(0, 3).join(", ")}.`,
  );
  console.error("Import types from the files that declare them, and keep packages out of exported types.");
}
process.exit(found.length > 0 || foreign.length > 10 ? 1 : 0);
