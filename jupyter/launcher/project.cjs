"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** The project that this launcher lies in. */
const root = fs.realpathSync(path.resolve(__dirname, "..", ".."));

/** Sources as they are written, and as the compiler leaves them. */
const sourceDir = path.join(root, "src");
const builtDir = path.join(root, "dist", "src");

/** The kernel's package: in the project's own `node_modules`, or in those of a project that this one is installed in. */
const tslabDir = path.dirname(require.resolve("tslab/package.json"));

/** A module of tslab's, such as `executor`. */
const tslab = (name) => require(path.join(tslabDir, "dist", `${name}.js`));

/** The file of a package that tslab uses. */
const usedByTslab = (name) => require.resolve(name, { paths: [tslabDir] });

/** The file of the TypeScript that tslab compiles cells with. */
const compiler = usedByTslab("@tslab/typescript-for-tslab");

/** Whether `file` lies in `folder`. */
const isInside = (folder, file) => file.startsWith(folder + path.sep);

const isFile = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;

module.exports = { root, sourceDir, builtDir, compiler, tslab, tslabDir, usedByTslab, isFile, isInside };
