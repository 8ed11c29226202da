// Compiles src/ and test/ to dist/ when a source is newer than the last build. The command, the tests and the
// notebook kernel all run what this makes.
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
const stamp = path.join(root, "dist", ".built");

/** The time of the newest source, in milliseconds. */
function newestSource() {
  let newest = fs.statSync(path.join(root, "tsconfig.json")).mtimeMs;
  const visit = (folder) => {
    // A file that was taken away changes its folder's time.
    newest = Math.max(newest, fs.statSync(folder).mtimeMs);
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (entry.name.endsWith(".ts")) newest = Math.max(newest, fs.statSync(full).mtimeMs);
    }
  };
  for (const folder of ["src", "test"].map((name) => path.join(root, name))) {
    if (fs.existsSync(folder)) visit(folder);
  }
  return newest;
}

/** @returns {string | undefined} the compiler's errors; undefined when dist/ is up to date */
function buildIfStale(log = () => undefined) {
  const newest = newestSource();
  // A file system may keep the stamp's time less finely than a source's.
  if (fs.existsSync(stamp) && fs.statSync(stamp).mtimeMs + 2 > newest) return undefined;
  log("set-up: compiling the sources");
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "--pretty", "false"], { cwd: root, encoding: "utf8" });
  if (done.status !== 0) return done.stdout + done.stderr;
  fs.writeFileSync(stamp, "");
  // The build read the sources as they were when it began.
  fs.utimesSync(stamp, new Date(newest), new Date(newest));
  return undefined;
}

module.exports = { buildIfStale };
