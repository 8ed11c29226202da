"use strict";
/**
 * Where a cell's `../src/index.js` leads. At run time to `dist/src/index.js`, loaded by node itself; for the types
 * to `dist/src/index.d.ts`. tslab's compiler sees that declaration at `src/index.d.ts`, and does not see
 * `src/index.ts`, which it would compile a second time, with its older TypeScript and without the project's settings.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { sourceDir, builtDir, compiler, isInside } = require("./project.cjs");

/** Declarations that the compiler has read: file -> { callback, real: its file, changed: its time when last read }. */
const watched = new Map();

/** For a path in `src/`: the declaration in `dist/src/` that stands for it; null hides it; otherwise the path. */
function declarationOf(file) {
  if (!isInside(sourceDir, file) || !/\.[cm]?tsx?$/.test(file)) return file;
  return /\.d\.[cm]?ts$/.test(file) ? path.join(builtDir, path.relative(sourceDir, file)) : null;
}

/** For a folder of `src/`: the one in `dist/src/` that mirrors it; otherwise the same. */
function builtFolder(folder) {
  const isSource = folder === sourceDir || isInside(sourceDir, folder);
  return isSource ? path.join(builtDir, path.relative(sourceDir, folder)) : folder;
}

function redirectTypes() {
  // The object that tslab's compiler reads files through.
  const { sys } = require(compiler);
  const { directoryExists, fileExists, readFile, watchFile } = sys;
  // An installed package has no `src/`, and the compiler looks for no file in a folder that is not there.
  sys.directoryExists = (folder) => directoryExists(folder) || directoryExists(builtFolder(folder));
  sys.fileExists = (file) => {
    const real = declarationOf(file);
    return real !== null && fileExists(real);
  };
  sys.readFile = (file, encoding) => {
    const real = declarationOf(file);
    return real === null ? undefined : readFile(real, encoding);
  };
  // No watching by the system: reloadTypes() says what has changed, and says it before the cell is compiled.
  sys.watchFile = (file, callback, ...rest) => {
    const real = declarationOf(file);
    if (real === file) return watchFile(file, callback, ...rest);
    const entry = { callback, real, changed: changeTime(real) };
    watched.set(file, entry);
    return { close: () => watched.get(file) === entry && watched.delete(file) };
  };
  // The compiler would watch every folder in which it looked for a module, and tslab's timer, made for one event at
  // a time, fails when another program writes a file there.
  sys.watchDirectory = () => ({ close: () => undefined });
}

function redirectRequire() {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, ...rest) {
    if (/^\.{1,2}\//.test(request) && parent?.filename) {
      const target = path.resolve(path.dirname(parent.filename), request);
      if (isInside(sourceDir, target) && target.endsWith(".js")) {
        return path.join(builtDir, path.relative(sourceDir, target));
      }
    }
    return resolve.call(this, request, parent, ...rest);
  };
}

function changeTime(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Tells tslab's compiler which declarations a build has changed. */
function reloadTypes() {
  const changedKind = 1; // FileWatcherEventKind.Changed
  for (const [file, entry] of [...watched]) {
    const changed = changeTime(entry.real);
    if (changed === entry.changed) continue;
    entry.changed = changed;
    entry.callback(file, changedKind);
  }
}

function redirectImports() {
  redirectTypes();
  redirectRequire();
}

module.exports = { redirectImports, reloadTypes };
