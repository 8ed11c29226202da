"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { root, sourceDir, builtDir } = require("./project.cjs");
const project = require(path.join(root, "bin", "build.cjs"));

/** Not where the project is installed as another one's dependency: there is nothing to edit and nothing to build. */
const hasSources = fs.existsSync(sourceDir);

/** The state of the sources that the loaded modules were built from; null makes the next cell build. */
let loaded = hasSources && project.isCurrent("src") && isBuilt() ? project.stateOf("src") : null;

/** Whether there is anything to import. */
function isBuilt() {
  return fs.existsSync(path.join(builtDir, "index.js"));
}

/** Whether `src/` has changed since its modules were loaded, whoever has built it since; some 2 ms. */
function needsBuild() {
  return hasSources && loaded !== project.stateOf("src");
}

/**
 * Compiles the project if nobody else has. A mistake in `test/` does not keep a notebook from running.
 * @returns {Promise<string[]>} the compiler's messages, none if all went well
 */
async function build() {
  const state = project.stateOf("src");
  const messages = await project.build({ tests: false });
  if (messages.length === 0) loaded = state;
  return messages;
}

module.exports = { build, isBuilt, needsBuild };
