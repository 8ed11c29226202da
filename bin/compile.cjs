// Compiles the project as its tsconfig.json says, and prints the compiler's messages, one a line. While src/ has a mistake
// nothing is written: dist/ keeps the last code without one, which notebooks go on running and whose threads load its
// files at any time. A mistake in test/ or bench/ keeps nothing from being written.
"use strict";
const path = require("node:path");
const ts = require("typescript");

const root = path.resolve(__dirname, "..");
const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    console.log(inWords(diagnostic));
    process.exit(1);
  },
};
const { options, fileNames, projectReferences, errors } = ts.getParsedCommandLineOfConfigFile(
  path.join(root, "tsconfig.json"),
  { noEmitOnError: false },
  host,
);
const program = ts.createIncrementalProgram({
  rootNames: fileNames,
  options,
  projectReferences,
  configFileParsingDiagnostics: errors,
});
const written = [];
const found = [
  ...program.getConfigFileParsingDiagnostics(),
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...program.getSyntacticDiagnostics(),
  ...program.getSemanticDiagnostics(),
  ...program.emit(undefined, (...file) => written.push(file)).diagnostics,
];
const mistakes = ts
  .sortAndDeduplicateDiagnostics(found)
  .filter(({ category }) => category === ts.DiagnosticCategory.Error);
if (mistakes.every(isInTests)) for (const file of written) ts.sys.writeFile(...file);
for (const mistake of mistakes) console.log(inWords(mistake));
process.exitCode = mistakes.length === 0 ? 0 : 1;

function isInTests({ file }) {
  return /^(test|bench)[\\/]/.test(file ? path.relative(root, file.fileName) : "");
}

/** As tsc prints it. */
function inWords(diagnostic) {
  return ts
    .formatDiagnostic(diagnostic, {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (name) => name,
      getNewLine: () => "\n",
    })
    .trimEnd();
}
