"use strict";
const { existsSync } = require("node:fs");
const { renewClasses } = require("./livingObjects.cjs");
const { builtDir, isInside } = require("./project.cjs");

/** Modules whose classes are still to be renewed: file -> their exports. */
const replaced = new Map();

/** Variables of earlier cells that hold an export of an old module: name -> { file, key }. */
const stale = new Map();

/**
 * Puts the freshly built modules in the place of the loaded ones: node loads the whole of `dist/src` anew at the
 * next import, and variables that earlier cells imported get their new values, so that any later cell can be run
 * again without its import cell; objects that live take the new methods. Packages (TensorFlow with its native memory
 * among them) stay loaded.
 * @param locals the variables of all cells
 * @returns the classes of which objects that live cannot be what new ones are: see `renewClasses`
 */
function reloadModules(locals) {
  const loaded = Object.keys(require.cache).filter((file) => isInside(builtDir, file));
  const origins = exportsOf(loaded);
  for (const [name, value] of Object.entries(locals)) {
    const origin = origins.get(isReference(value) ? value : `${name}=${String(value)}`);
    if (origin !== undefined) stale.set(name, origin);
  }
  for (const file of loaded) {
    replaced.set(file, require.cache[file].exports);
    delete require.cache[file];
  }

  // An entry stays until its module has loaded: if the new code throws, the next cell tries again.
  for (const [name, { file, key }] of [...stale]) {
    const exported = require(file);
    locals[name] = key === null ? exported : exported[key];
    stale.delete(name);
  }
  const notes = [];
  for (const [file, exported] of [...replaced]) {
    if (existsSync(file) && isReference(exported)) notes.push(...renewClasses(exported, require(file)));
    replaced.delete(file);
  }
  return notes;
}

/** Every exported value and where it comes from; a number or text counts only under its own name. */
function exportsOf(files) {
  const origins = new Map();
  for (const file of files) {
    const exported = require.cache[file].exports;
    if (!isReference(exported)) continue;
    origins.set(exported, { file, key: null });
    for (const [key, value] of Object.entries(exported)) {
      const id = isReference(value) ? value : `${key}=${String(value)}`;
      if (!origins.has(id)) origins.set(id, { file, key });
    }
  }
  return origins;
}

const isReference = (value) => typeof value === "function" || (typeof value === "object" && value !== null);

module.exports = { reloadModules };
