"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** The project that this launcher lies in. */
const root = fs.realpathSync(path.resolve(__dirname, "..", ".."));

/** Sources as they are written, and as the compiler leaves them. */
const sourceDir = path.join(root, "src");
const builtDir = path.join(root, "dist", "src");

/** A module of tslab's, such as `executor`. */
const tslab = (name) => require(path.join(root, "node_modules", "tslab", "dist", `${name}.js`));

/** The file of the TypeScript that tslab compiles cells with. */
const compiler = require.resolve("@tslab/typescript-for-tslab", {
  paths: [fs.realpathSync(path.join(root, "node_modules", "tslab"))],
});

/** Whether `file` lies in `folder`. */
const isInside = (folder, file) => file.startsWith(folder + path.sep);

module.exports = { root, sourceDir, builtDir, compiler, tslab, isInside };
