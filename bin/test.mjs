#!/usr/bin/env node
// Sets everything up, then checks style, types and behaviour. Ends with 0 when all is green.
//   npm test                 everything
//   npm test -- training     only the test files whose path contains the word
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "./bootstrap.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
await bootstrap();
const { main } = await import("../dist/src/cli.js");
await main(["node", "xray", "setup"]);
if (process.exitCode) process.exit();

const words = process.argv.slice(2);
const tests = testFiles("test").filter((file) => words.every((word) => file.includes(word)));
if (tests.length === 0) {
  console.error(`No test file's path contains ${words.join(" and ")}.`);
  process.exit(1);
}
// Three at a time: TensorFlow spreads most over the cores by itself, and others wait for a kernel or a browser. What checks
// the style goes on meanwhile.
const running = new Set();
await Promise.all([
  step("tests", ["--test", "--test-concurrency=3", ...tests]),
  ...(words.length === 0 ? [checkStyle()] : []),
]);

/** What says nothing is as it should be. */
async function checkStyle() {
  const steps = [
    ["eslint", ["node_modules/eslint/bin/eslint.js", "."]],
    ["prettier", ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."]],
    // Fails at a public name without documentation.
    ["API reference", ["node_modules/typedoc/bin/typedoc", "--emit", "none"]],
    ["declarations in the notebook's compiler", ["bin/check-declarations.cjs"]],
  ];
  for (const [name, args] of steps) await step(name, args);
}

/** Ends everything where a step fails. */
function step(name, args) {
  console.error(`\n${name}`);
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  running.add(child);
  return new Promise((resolve) => {
    child.once("exit", (status) => {
      running.delete(child);
      if (status === 0) return resolve();
      console.error(`\n${name}: failed`);
      for (const other of running) other.kill();
      process.exit(status ?? 1);
    });
  });
}

/** From the sources, not from dist/, where a test that was taken away may still lie. */
function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(full);
    return entry.name.endsWith(".test.ts") ? [path.join("dist", full.replace(/\.ts$/, ".js"))] : [];
  });
}
