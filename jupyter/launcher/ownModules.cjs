"use strict";
/**
 * Modules of a person's own beside the notebook, such as `./helpers`. tslab compiles them when a cell imports them, and loads
 * them in a way of its own, each once. Here node loads what tslab has compiled, so that they can be reloaded as `src/` is.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { compiler, isFile } = require("./project.cjs");

const ts = require(compiler);

/** What modules are compiled to, by the file that they are to node: `helpers.js` for `helpers.ts`. */
const compiled = new Map();

/** Those that have been compiled anew since they were last asked for. */
const changed = new Set();

/**
 * Those that tslab leaves out, since they export nothing or no import names them, and when each was last written. They are
 * compiled when they are loaded.
 */
const leftOut = new Map();

/** Takes what tslab compiles beside the cells. @param converter tslab's */
function collectModules(converter) {
  const { convert } = converter;
  converter.convert = (...input) => {
    const converted = convert(...input);
    for (const { path: file, data } of converted.sideOutputs ?? []) {
      if (compiled.has(file) && compiled.get(file) !== data) changed.add(file);
      compiled.set(file, data);
      leftOut.delete(file);
    }
    // tslab would load them itself.
    converted.sideOutputs = undefined;
    return converted;
  };
}

/** Has node load them. */
function loadModules() {
  const load = Module._extensions[".js"];
  Module._extensions[".js"] = (module, file, ...rest) => {
    if (compiled.has(file)) module._compile(compiled.get(file), file);
    else load(module, file, ...rest);
  };
}

/** The file of such a module, as a relative import without its ending may name it; undefined where it is none. */
function moduleAt(target) {
  const files = [target, `${target}.js`, path.join(target, "index.js")];
  const known = files.find((file) => compiled.has(file));
  if (known !== undefined || files.some(isFile)) return known;
  const file = files.find((each) => each.endsWith(".js") && isFile(sourceOf(each)));
  if (file !== undefined) compileLeftOut(file);
  return file;
}

const sourceOf = (file) => file.replace(/\.js$/, ".ts");

function compileLeftOut(file) {
  const source = sourceOf(file);
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  leftOut.set(file, fs.statSync(source).mtimeMs);
  compiled.set(file, ts.transpileModule(fs.readFileSync(source, "utf8"), { compilerOptions }).outputText);
}

const isOwnModule = (file) => compiled.has(file);

/** A cell that imports them all, which makes tslab compile those that were edited. */
const importAll = () =>
  [...compiled.keys()].map((file) => `import ${JSON.stringify(file.replace(/\.js$/, ""))};`).join("\n");

/** The modules that have been compiled anew, once. */
function takeChanged() {
  for (const [file, written] of leftOut) {
    const now = fs.statSync(sourceOf(file), { throwIfNoEntry: false })?.mtimeMs ?? written;
    if (now === written) continue;
    compileLeftOut(file);
    changed.add(file);
  }
  const files = [...changed];
  changed.clear();
  return files;
}

module.exports = { collectModules, importAll, isOwnModule, loadModules, moduleAt, takeChanged };
