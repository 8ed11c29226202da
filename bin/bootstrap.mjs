// What must be there before any of the project's own code can run: the npm packages and the compiled sources.
// Needs Node alone. Costs a few milliseconds when all is there.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { all, build, isCurrent } = require("./build.cjs");
const { oneAtATime, setUpLock, waitingFor } = require("./oneAtATime.cjs");

const log = (line) => console.error(line);

/** Where all is there it waits for nobody; else one process after the other, since each writes to the same folders. */
export async function bootstrap() {
  requireNode();
  // As a dependency of another project it has no sources: npm has installed its packages, and dist/ is compiled.
  if (!existsSync(path.join(root, "src"))) {
    if (existsSync(path.join(root, "dist", "src", "cli.js"))) return;
    fail("This package holds no compiled code.", "Pack it anew, after `npm run build` in its clone.");
  }
  if (hasPackages() && hasCommand() && all.every((folder) => isCurrent(folder))) return;
  const onWait = (owner) => log(`set-up: ${waitingFor(owner, setUpLock)}`);
  const errors = await stoppable(() =>
    oneAtATime({ lock: setUpLock, onWait }, async () => {
      if (!hasPackages()) await installPackages();
      if (!hasCommand()) linkCommand();
      return build({ log });
    }),
  );
  if (errors.length > 0) fail(errors.join("\n"), "Mend the TypeScript errors above.");
}

function requireNode() {
  const wanted = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).engines.node;
  const [major, minor] = process.versions.node.split(".").map(Number);
  // Such as "^20.19.0 || >=24.0.0".
  const fits = wanted.split("||").some((range) => {
    const [, sign, least, leastMinor] = /(\^|>=)(\d+)\.(\d+)/.exec(range);
    return major === Number(least) ? minor >= Number(leastMinor) : sign === ">=" && major > Number(least);
  });
  if (!fits)
    fail(`Node ${process.versions.node} is none that this works with.`, `Install a Node of ${wanted}.`);
}

/** A signal ends the process with its exit code, and not before its lock and what it has started are taken away. */
async function stoppable(work) {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  const stops = Object.entries(codes).map(([signal, code]) => [signal, () => process.exit(code)]);
  for (const [signal, stop] of stops) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const [signal, stop] of stops) process.off(signal, stop);
  }
}

/** npm keeps what it installed in a lockfile of its own, written last; where that differs from ours, install. */
function hasPackages() {
  const [ours, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((file) => {
    const full = path.join(root, file);
    return existsSync(full) ? JSON.parse(readFileSync(full, "utf8")).packages : {};
  });
  return Object.entries(ours).every(
    ([name, { version, optional }]) =>
      name === "" || (optional && !installed[name]) || installed[name]?.version === version,
  );
}

async function installPackages() {
  log("set-up: npm packages (about 500 MB unpacked)");
  // Scripts stay off (.npmrc too): tfjs-node's would download an old libtensorflow, and the set-up has its own.
  const npm = spawn(
    "npm",
    [
      "ci",
      "--ignore-scripts",
      "--include=dev",
      "--cache",
      path.join(root, ".cache", "npm"),
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const end = () => npm.kill("SIGTERM");
  process.once("exit", end);
  const code = await new Promise((resolve) => npm.once("error", () => resolve(1)).once("close", resolve));
  process.off("exit", end);
  if (code !== 0)
    fail("`npm ci` failed.", "See its message above, if any; it needs npm, its registry and 500 MB.");
}

/** `npx xray` then runs this project's command instead of asking the registry for one. */
const link = path.join(root, "node_modules", ".bin", "xray");
const hasCommand = () => existsSync(link);

function linkCommand() {
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(path.join("..", "..", "bin", "xray.mjs"), link);
}

function fail(problem, remedy) {
  log(`${problem}\n${remedy}`);
  process.exit(1);
}
