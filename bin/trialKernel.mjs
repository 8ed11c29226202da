#!/usr/bin/env node
// Starts the notebook's kernel again and again beside busy processes, each time with questions that come before it can have
// bound its sockets, and counts the answers; then runs the cell that makes a learner twice and seven times more, and prints the memory
// after each. Ends with 0 when every question was answered and the memory after the seven stays within 5%.
//   npm run trial:kernel              200 starts, two busy processes for each core, 7 further runs of the cell
//   npm run trial:kernel -- 20 0      20 starts and no learner
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { venvPython } = await import("../dist/src/report/setupJupyter.js");
const { drawPhantomSet } = await import("../dist/src/xrays/drawPhantomSet.js");

const [starts = 200, runs = 7] = process.argv.slice(2).map(Number);
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "xray-kernel-"));
const busy = Array.from({ length: 2 * availableParallelism() }, () =>
  spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
);
const end = () => {
  for (const each of busy) each.kill("SIGKILL");
};
process.once("exit", end);
try {
  const data = runs > 0 ? await drawPhantomSet({ folder, trainPerClass: 24, testPerClass: 8, side: 64 }) : "";
  const request = JSON.stringify({ root, starts, runs, data, busy: busy.map(({ pid }) => pid) });
  const script = path.join(root, "bench", "kernel_trial.py");
  const { status } = spawnSync(venvPython, [script, request], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  end();
}
