// Compiles src/, test/ and bench/ to dist/ when a source has changed since the last build. The command, the tests, the
// notebook kernel and `npm run build` all run what this makes and share its rule for what is up to date.
"use strict";
const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
/** The folders with sources. */
const all = ["src", "test", "bench"];
/** For each folder that was built without an error: the state of its sources when that build began. */
const stamp = path.join(root, "dist", ".built");

/** A text that is another one after any edit, new file or removal in the folder; some 2 ms. */
function stateOf(folder) {
  const hash = createHash("sha1");
  // An editor may take a file away between two looks, to put the saved one in its place.
  const add = (file) => {
    const time = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? "gone";
    // Below the project: one that is moved or copied, with its files' times, is built already.
    hash.update(`${path.relative(root, file)} ${time}\n`);
  };
  const visit = (place) => {
    const entries = fs.readdirSync(place, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = path.join(place, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (entry.name.endsWith(".ts") && !entry.name.startsWith(".")) add(full);
    }
  };
  add(path.join(root, "tsconfig.json"));
  if (fs.existsSync(path.join(root, folder))) visit(path.join(root, folder));
  return hash.digest("hex");
}

/** Whether what was built of the folder is what its sources say now. */
function isCurrent(folder, state = stateOf(folder)) {
  return recorded()[folder] === state;
}

function recorded() {
  try {
    return JSON.parse(fs.readFileSync(stamp, "utf8"));
  } catch {
    return {};
  }
}

/**
 * Compiles incrementally, if anything has changed.
 * @param tests whether test/ and bench/ count; without them a mistake there keeps nobody from running src/
 * @param log gets a line when there is something to do
 * @returns {Promise<string[]>} the compiler's messages; none when dist/ is up to date
 */
async function build({ tests = true, log = () => undefined } = {}) {
  const folders = tests ? all : ["src"];
  // As they are when the build begins: what is edited meanwhile is built the next time.
  const states = Object.fromEntries(all.map((folder) => [folder, stateOf(folder)]));
  if (folders.every((folder) => isCurrent(folder, states[folder]))) return [];
  log("set-up: compiling the sources");
  const { code, output } = await compile();
  if (code === 0) {
    fs.writeFileSync(stamp, JSON.stringify(states));
    return [];
  }
  const lines = (output.trim() || "The compiler ended without a message.").split("\n");
  if (tests) return lines;
  const inSources = lines.filter((line) => /^src\/.*: error TS|^error TS/.test(line));
  if (inSources.length > 0) return inSources;
  if (!lines.some((line) => /^(test|bench)\/.*: error TS/.test(line))) return lines;
  fs.writeFileSync(stamp, JSON.stringify({ src: states.src }));
  return [];
}

function compile() {
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, ".cache", "node") };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(__dirname, "compile.cjs")], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => {
      process.off("exit", end);
      resolve({ code, output });
    });
  });
}

module.exports = { all, build, isCurrent, stateOf };

// `src` alone is what a notebook needs.
if (require.main === module) {
  void build({ tests: process.argv[2] !== "src" }).then((messages) => {
    if (messages.length === 0) return;
    console.error(messages.join("\n"));
    process.exitCode = 1;
  });
}
