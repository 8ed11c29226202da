"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { root, sourceDir, builtDir } = require("./project.cjs");

/** Left by whoever built everything without an error; sources that are not newer were in that build. */
const stamp = path.join(root, "dist", ".built");

/** The number of source files and the newest time among them: differs after any edit, new file or removal. */
function sourceState() {
  let count = 0;
  let newest = 0;
  for (const entry of fs.readdirSync(sourceDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    count += 1;
    newest = Math.max(newest, fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return { count, newest };
}

/** What was built last; null makes the next cell build. */
let built = stateAtStart();

function stateAtStart() {
  const time = fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const state = sourceState();
  // A file system may keep the stamp's time less finely than the source's.
  return state.newest < time + 2 && isBuilt() ? state : null;
}

/** Whether there is anything to import. */
function isBuilt() {
  return fs.existsSync(path.join(builtDir, "index.js"));
}

/** Whether `src/` has changed since the last build; some 2 ms. */
function needsBuild() {
  const now = sourceState();
  return built === null || built.count !== now.count || built.newest !== now.newest;
}

/**
 * Compiles the project incrementally. A mistake in `test/` does not keep a notebook from running: only what is
 * wrong in `src/` or in the settings counts.
 * @returns {Promise<string[]>} the compiler's messages, none if all went well
 */
async function build() {
  const state = sourceState();
  const started = new Date();
  const { code, output } = await tsc();
  const messages = output.split("\n").filter((line) => /^src\/.*: error TS|^error TS/.test(line));
  const inTests = /^test\/.*: error TS/m.test(output);
  if (code !== 0 && messages.length === 0 && !inTests) messages.push(output.trim());
  if (messages.length > 0) return messages;
  built = state;
  if (code === 0) {
    fs.writeFileSync(stamp, "");
    fs.utimesSync(stamp, started, started);
  }
  return [];
}

function tsc() {
  const compiler = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "--project", root, "--pretty", "false", "--noEmitOnError", "false"];
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, ".cache", "node") };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

module.exports = { build, isBuilt, needsBuild };
