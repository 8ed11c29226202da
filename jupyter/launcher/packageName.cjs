"use strict";
/**
 * A cell's `xray-notebook` is this project, wherever the notebook lies: in a clone, which no package manager has put into
 * any `node_modules`, as in a project that has it installed. The compiler is shown a package of that name in the folder
 * in which it looks first.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { root, sourceDir, builtDir, compiler, isInside } = require("./project.cjs");

const { name, exports: doors = {} } = require(path.join(root, "package.json"));
/** What a cell may import, such as "xray-notebook/statistics", and the file it leads to. */
const files = new Map(
  Object.entries(doors)
    .filter(([, target]) => target.endsWith(".js"))
    .map(([door, target]) => [path.posix.join(name, door), path.join(root, target)]),
);

function nameThePackage() {
  nameForTypes(path.join(process.cwd(), "node_modules"));
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return files.get(request) ?? resolve.call(this, request, ...rest);
  };
}

/** @param packages the first folder in which a cell's packages are looked for */
function nameForTypes(packages) {
  const folder = path.join(packages, name);
  const { sys } = require(compiler);
  const { directoryExists, fileExists, realpath } = sys;
  // The compiler, which does not read `exports`, looks for a file of the door's name.
  const declarations = new Map(
    [...files].map(([door, file]) => [
      path.join(packages, door === name ? path.join(name, "index.d.ts") : `${door}.d.ts`),
      file.replace(/\.js$/, ".d.ts"),
    ]),
  );
  sys.directoryExists = (place) => place === packages || place === folder || directoryExists(place);
  sys.fileExists = (file) => declarations.has(file) || fileExists(file);
  // As for `../src/index.js`: a class has one declaration, by whichever name it is imported.
  sys.realpath = (file) => {
    const declaration = declarations.get(file);
    if (declaration === undefined) return realpath(file);
    return fs.existsSync(sourceDir) && isInside(builtDir, declaration)
      ? path.join(sourceDir, path.relative(builtDir, declaration))
      : realpath(declaration);
  };
}

module.exports = { nameThePackage };
