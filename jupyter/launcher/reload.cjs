"use strict";
const { existsSync } = require("node:fs");
const { renewClasses } = require("./livingObjects.cjs");
const { isOwnModule } = require("./ownModules.cjs");
const { builtDir, isInside } = require("./project.cjs");

/** The modules that are loaded of `dist/src`. */
const builtFiles = () => Object.keys(require.cache).filter((file) => isInside(builtDir, file));

/**
 * Loads modules anew that were compiled anew, and those that import them: variables that earlier cells imported get their
 * new values, so that any later cell can be run again without its import cell; objects that live take the new methods.
 * Packages (TensorFlow with its native memory among them) stay loaded.
 * @param {string[]} changed files; those that are not loaded do not count
 * @param locals the variables of all cells
 * @param imports of the cells so far: see `Declarations.imports`
 * @returns the classes of which objects that live cannot be what new ones are: see `renewClasses`
 * @throws what a new module throws; then all is as it was before
 */
function reloadModules(changed, locals, imports) {
  const old = new Map(withDependents(changed).map((file) => [file, require.cache[file]]));
  if (old.size === 0) return [];
  const imported = [...byName(old, locals, imports), ...byValue(old, locals)];
  for (const file of old.keys()) delete require.cache[file];
  const fresh = new Map();
  try {
    for (const [file, { exports }] of old)
      if (existsSync(file) || isOwnModule(file)) if (isReference(exports)) fresh.set(file, require(file));
  } catch (error) {
    for (const file of withDependents([...old.keys()])) delete require.cache[file];
    for (const [file, module] of old) require.cache[file] = module;
    throw error;
  }
  for (const { name, file, key } of imported)
    if (fresh.has(file)) locals[name] = valueOf(fresh.get(file), key);
  return [...fresh].flatMap(([file, exported]) => renewClasses(old.get(file).exports, exported));
}

/** Those of the files that are loaded, and the modules that import them, directly or not; no packages. */
function withDependents(files) {
  const all = Object.entries(require.cache).filter(([file]) => isInside(builtDir, file) || isOwnModule(file));
  const found = new Set(files.filter((file) => require.cache[file]));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [file, { children }] of all) if (children.some(({ id }) => found.has(id))) found.add(file);
  }
  return [...found];
}

/** The variables that an import of a cell has made. */
function byName(modules, locals, imports) {
  return imports.flatMap(({ name, from, key }) => {
    const file = resolved(from);
    const module = modules.get(file);
    return module && Object.is(locals[name], valueOf(module.exports, key)) ? [{ name, file, key }] : [];
  });
}

function resolved(from) {
  try {
    return globalThis.__tslab__.require.resolve(from);
  } catch {
    return undefined;
  }
}

/** What an import by a name, of the default or (`*`) of all gives. */
function valueOf(exported, key) {
  if (key === "*") return exported;
  return key === "default" && !exported.__esModule ? exported : exported[key];
}

/** The variables that hold what a module exports, however they got it; a number or text counts only under its own name. */
function byValue(modules, locals) {
  const origins = exportsOf(modules);
  return Object.entries(locals).flatMap(([name, value]) => {
    const origin = origins.get(isReference(value) ? value : `${name}=${String(value)}`);
    return origin === undefined ? [] : [{ name, ...origin }];
  });
}

function exportsOf(modules) {
  const origins = new Map();
  for (const [file, { exports: exported }] of modules) {
    if (!isReference(exported)) continue;
    origins.set(exported, { file, key: "*" });
    for (const [key, value] of Object.entries(exported)) {
      const id = isReference(value) ? value : `${key}=${String(value)}`;
      if (!origins.has(id)) origins.set(id, { file, key });
    }
  }
  return origins;
}

const isReference = (value) => typeof value === "function" || (typeof value === "object" && value !== null);

module.exports = { builtFiles, reloadModules };
