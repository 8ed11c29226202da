"use strict";
/**
 * Where a cell's `../src/index.js` leads. At run time to `dist/src/index.js`, loaded by node itself; for the types
 * to `dist/src/index.d.ts`. tslab's compiler sees that declaration at `src/index.d.ts`, and does not see
 * `src/index.ts`, which it would compile a second time, with its older TypeScript and without the project's settings.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { loadModules, moduleAt } = require("./ownModules.cjs");
const { sourceDir, builtDir, compiler, isFile, isInside } = require("./project.cjs");

/**
 * Files outside of packages that the compiler has read, or looked for: file -> { callback, real: the file in its place,
 * changed: its time when last read }.
 */
const watched = new Map();

/** Folders in which the compiler has looked for a module: folder -> what it wants to be told of a new file. */
const folders = new Map();

/**
 * A notebook that lies anywhere may have been written for `notebooks/`: its `../src/` is the project's, unless there is such
 * a folder.
 */
function inProject(file) {
  const beside = path.resolve("..", "src");
  const isMeant =
    beside !== sourceDir && (file === beside || isInside(beside, file)) && !fs.existsSync(beside);
  return isMeant ? path.join(sourceDir, path.relative(beside, file)) : file;
}

/** For a path in `src/`: the declaration in `dist/src/` that stands for it; null hides it; otherwise the path. */
function declarationOf(place) {
  const file = inProject(place);
  if (!isInside(sourceDir, file) || !/\.[cm]?tsx?$/.test(file)) return file;
  return /\.d\.[cm]?ts$/.test(file) ? path.join(builtDir, path.relative(sourceDir, file)) : null;
}

/** For a folder of `src/`: the one in `dist/src/` that mirrors it; otherwise the same. */
function builtFolder(place) {
  const folder = inProject(place);
  const isSource = folder === sourceDir || isInside(sourceDir, folder);
  return isSource ? path.join(builtDir, path.relative(sourceDir, folder)) : folder;
}

/** What the compiler has read last of files of a person's own: file -> text. */
const lastRead = new Map();

/** The same before the last edits. */
let accepted = new Map();

/** As the compiler numbers them. */
const happened = { created: 0, changed: 1, deleted: 2 };

/** What it is shown of those whose edits do not compile: the text from before. */
const withheld = new Map();

function redirectTypes() {
  // The object that tslab's compiler reads files through.
  const { sys } = require(compiler);
  const { directoryExists, fileExists, readFile, realpath, watchFile } = sys;
  // An installed package has no `src/`, and the compiler looks for no file in a folder that is not there.
  sys.directoryExists = (folder) => directoryExists(folder) || directoryExists(builtFolder(folder));
  sys.fileExists = (file) => {
    const real = declarationOf(file);
    return real !== null && fileExists(real);
  };
  sys.realpath = (file) => {
    const place = inProject(file);
    return place === file ? realpath(file) : place;
  };
  sys.readFile = (file, encoding) => {
    const real = declarationOf(file);
    if (real === null) return undefined;
    if (real !== file || isOfPackage(file)) return readFile(real, encoding);
    const text = withheld.get(file) ?? readFile(file, encoding);
    lastRead.set(file, text);
    return text;
  };
  // No watching by the system: reloadTypes() and noticeEdits() say what has changed, and before a cell is compiled.
  sys.watchFile = (file, callback, ...rest) => {
    const real = declarationOf(file);
    if (real === file && isOfPackage(file)) return watchFile(file, callback, ...rest);
    const entry = { callback, real, changed: changeTime(real) };
    watched.set(file, entry);
    return { close: () => watched.get(file) === entry && watched.delete(file) };
  };
  // The compiler would watch every folder in which it looked for a module, and tslab's timer, made for one event at
  // a time, fails when another program writes a file there.
  sys.watchDirectory = (folder, callback) => {
    folders.set(folder, callback);
    return { close: () => folders.get(folder) === callback && folders.delete(folder) };
  };
}

const isOfPackage = (file) => /[\\/]node_modules[\\/]/.test(file);

function redirectRequire() {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, ...rest) {
    if (/^(\.{1,2}(\/|$)|\/)/.test(request) && parent?.filename) {
      const target = inProject(path.resolve(path.dirname(parent.filename), request));
      const file = target === sourceDir || isInside(sourceDir, target) ? builtFile(target) : moduleAt(target);
      if (file !== undefined) return file;
    }
    try {
      return resolve.call(this, request, parent, ...rest);
    } catch (error) {
      // A cell is no file: tslab gives node the name of one that is not there.
      if (
        error.requireStack?.length === 1 &&
        error.requireStack[0] === parent?.filename &&
        !isFile(parent.filename)
      )
        error.message = error.message.split("\nRequire stack:")[0];
      throw error;
    }
  };
}

/** What a path in `src/` means to the compiler, which wants no ending: a module, or a folder's index. */
function builtFile(target) {
  const built = builtFolder(target).replace(/\.ts$/, ".js");
  return [built, `${built}.js`, path.join(built, "index.js")].find(isFile);
}

function changeTime(file) {
  return (file && fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs) ?? 0;
}

/** Tells tslab's compiler which declarations a build has changed. */
const reloadTypes = () => void tellChanged(([file]) => isInside(sourceDir, file));

/**
 * Tells it which files of a person's own have been edited. Where any has, it sees those again whose edits were withheld.
 * @returns {string[]} the paths of both
 */
function noticeEdits() {
  accepted = new Map(lastRead);
  const edited = tellChanged(([file]) => !isInside(sourceDir, file));
  if (edited.length === 0) return edited;
  const again = [...withheld.keys()];
  withheld.clear();
  for (const file of again) watched.get(file)?.callback(file, happened.changed);
  return [...new Set([...edited, ...again])];
}

/**
 * Has it see files as they were when it last read them, until one is edited again.
 * @param {string[]} files what noticeEdits() gave, before anything else has been compiled
 */
function withholdEdits(files) {
  for (const file of files) {
    if (!accepted.has(file)) continue;
    withheld.set(file, accepted.get(file));
    watched.get(file)?.callback(file, happened.changed);
  }
}

function tellChanged(isWanted) {
  const edited = [...watched]
    .filter(isWanted)
    .filter(([, { real, changed }]) => changeTime(real) !== changed);
  for (const [file, entry] of edited) {
    const before = entry.changed;
    entry.changed = changeTime(entry.real);
    const { created, changed, deleted } = happened;
    entry.callback(file, before === 0 ? created : entry.changed === 0 ? deleted : changed);
  }
  return edited.map(([file]) => file);
}

/**
 * Tells it of a module that it has looked for in vain and that is there now.
 * @param {string} target its path without its ending
 * @returns whether there is one
 */
function noticeNewModule(target) {
  const names = [target, target.replace(/\.js$/, ""), path.join(target, "index")];
  const file = names.flatMap((name) => [name, `${name}.ts`, `${name}.js`, `${name}.d.ts`]).find(isFile);
  if (file === undefined) return false;
  for (const [folder, callback] of [...folders]) if (isInside(folder, file)) callback(file);
  return true;
}

function redirectImports() {
  redirectTypes();
  redirectRequire();
  loadModules();
}

module.exports = { noticeEdits, noticeNewModule, redirectImports, reloadTypes, withholdEdits };
