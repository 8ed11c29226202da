"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { failureOf } = require("./failures.cjs");
const { root, sourceDir, builtDir } = require("./project.cjs");
const project = require(path.join(root, "bin", "build.cjs"));

/** Not where the project is installed as another one's dependency: there is nothing to edit and nothing to build. */
const hasSources = fs.existsSync(sourceDir);

/** The state of the sources that the loaded modules were built from; null makes the next cell build. */
let loaded = hasSources && project.isCurrent("src") && isBuilt() ? project.stateOf("src") : null;

/** A state of the sources that cannot be taken, and what is wrong with it: it is not tried again. */
let refused = { state: null, why: "" };

/** Whether there is anything to import. */
function isBuilt() {
  return fs.existsSync(path.join(builtDir, "index.js"));
}

/**
 * Compiles what has changed in `src/` since its modules were loaded, if nobody else has, and has it loaded. Where nothing
 * has changed that takes some 2 ms. A mistake in `test/` does not keep a notebook from running.
 * @param load puts the new modules in the place of the old ones; where it throws, the old ones stay
 * @returns {Promise<string | undefined>} why the edited sources cannot be taken; undefined where they are
 */
async function update(load) {
  if (!hasSources) return undefined;
  const state = project.stateOf("src");
  if (state === loaded) return undefined;
  if (state === refused.state) return refused.why;
  const messages = await project.build({ tests: false });
  if (messages.length > 0) {
    const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
    const why = `src/ does not compile: ${messages[0]}${more}`;
    // What else can go wrong, such as a compiler without memory, may go well the next time.
    if (messages.some((line) => /error TS\d+/.test(line))) refused = { state, why };
    return why;
  }
  try {
    load();
    loaded = state;
    return undefined;
  } catch (error) {
    const [title, at = ""] = failureOf(error).traceback;
    refused = { state, why: `src/ cannot be loaded: ${title} ${at.trim()}` };
    return refused.why;
  }
}

module.exports = { isBuilt, update };
