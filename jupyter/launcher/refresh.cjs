"use strict";
/** Takes edits of `src/` and of modules beside the notebook, before a cell is run. */
const { update } = require("./build.cjs");
const { failureOf } = require("./failures.cjs");
const { importAll, isOwnModule, takeChanged } = require("./ownModules.cjs");
const { noticeEdits, reloadTypes, withholdEdits } = require("./redirectImports.cjs");
const { builtFiles, reloadModules } = require("./reload.cjs");

/**
 * Compiles and reloads what has changed in `src/`. What does not compile, or load, keeps no cell from running: a net that is
 * in memory can be saved at any time.
 * @returns what the person is to be told; undefined where all went well
 */
async function refresh(locals, declarations) {
  const why = await update(() => {
    reload(builtFiles(), locals, declarations);
    reloadTypes();
    declarations.forgetCompiled();
  });
  return why === undefined ? undefined : `${why}\n${runsWithOld}`;
}

const runsWithOld = "The cell runs with the code as it was before that edit.";

/**
 * The same for a person's own modules beside the notebook.
 * @param prepare compiles the cell, which may import modules that were edited
 */
function refreshOwn(locals, declarations, prepare) {
  const edited = noticeEdits();
  if (edited.length > 0) {
    declarations.forgetCompiled();
    const { diagnostics } = declarations.convert("", importAll());
    // Of the modules; that one of them is gone is nothing to the cells that do not import it.
    const mistake = diagnostics.find(({ fileName }) => fileName !== undefined);
    if (mistake) {
      // The types go with the code that runs.
      withholdEdits(edited);
      const { fileName, start, messageText } = mistake;
      console.error(`${fileName}:${start.line + 1}:${start.character + 1} - ${messageText}\n${runsWithOld}`);
    }
  }
  prepare();
  try {
    reload([...takeChanged(), ...edited.filter((file) => !isOwnModule(file))], locals, declarations);
  } catch (error) {
    console.error(`${failureOf(error).traceback.join("\n")}\n${runsWithOld}`);
  }
}

function reload(files, locals, declarations) {
  for (const note of reloadModules(files, locals, declarations.imports())) say(note, locals, declarations);
}

/** Says of a class which variables hold an object that cannot be what new ones are. */
function say({ name, isOf, why }, locals, declarations) {
  const held = Object.keys(locals).filter((variable) => isOf(locals[variable]));
  if (held.length === 0) return;
  const lines = [...new Set(held.map((variable) => declarations.lineOf(variable)))].filter(Boolean);
  console.error(
    `${held.join(", ")}: made by ${name} as it was before the edit; ${why}. Run again: ${lines.join(" ")}`,
  );
}

module.exports = { refresh, refreshOwn };
