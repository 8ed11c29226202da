#!/usr/bin/env node
// Kills trainings with SIGKILL again and again and has them go on, and compares what they leave with a training that was
// not interrupted: SHA-256 of weights, optimizer, predictions, CSV log and history. Ends with 0 when all are the same.
//   npm run trial:kill               20 kills of a frozen fit and 20 of an unfrozen one, then `xray run` killed in each stage
//   npm run trial:kill -- 5 9        5 kills each, at moments drawn by the seed 9
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { killFits, killRun } = await import("../dist/test/training/backup/killTrial.js");
const { drawPhantomSet } = await import("../dist/src/xrays/drawPhantomSet.js");

const [kills = "20", seed = "1"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "xray-kill-"));
const data = await drawPhantomSet({
  folder: path.join(folder, "drawn"),
  trainPerClass: 24,
  testPerClass: 8,
  side: 64,
});
const failures = [];
try {
  for (const stage of ["frozen", "unfrozen"]) {
    const place = path.join(folder, stage);
    const training = { data, stage, epochs: 6, folder: place };
    const outcome = await killFits(training, { kills: Number(kills), seed: Number(seed) });
    console.log(stage, outcome);
    failures.push(...outcome.differences);
  }
  const flags = ["--data-dir", data, "--size", "32", "--bs", "4", "--epochs", "1,1"];
  const different = await killRun(flags, 5);
  console.log("xray run, killed in each stage: files that differ", different);
  failures.push(...different);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures.length === 0 ? "held" : "FAILED");
process.exitCode = failures.length === 0 ? 0 : 1;
