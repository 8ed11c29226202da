#!/usr/bin/env node
// Sets everything up, then measures. docs/performance.md has the options; `--help` lists them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const wantsHelp = process.argv.some((word) => word === "--help" || word === "-h");
if (!wantsHelp) {
  const { main } = await import("../dist/src/cli.js");
  await main(["node", "xray", "setup"]);
}
if (!process.exitCode) {
  const program = fileURLToPath(new URL("../dist/bench/main.js", import.meta.url));
  // As the notebook's kernel is started (jupyter/kernels/tslab/kernel.json).
  const env = { ...process.env, MALLOC_ARENA_MAX: "2" };
  const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
    stdio: "inherit",
    env,
  });
  process.exitCode = status ?? 1;
}
