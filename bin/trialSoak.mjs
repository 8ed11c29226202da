#!/usr/bin/env node
// Does the work of a long session: fits, steps, predictions, learners made and disposed, and looks after each tenth of it
// what the process holds. Ends with 0 when memory is flat within 2% from the middle on and open files stay the same.
//   npm run trial:soak             3000 steps, 200 fits, 1000 predictions, 30 learners
//   npm run trial:soak -- 0.1      a tenth of it
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { soak } = await import("../dist/test/training/soakTrial.js");
const { drawPhantomSet } = await import("../dist/src/xrays/drawPhantomSet.js");

const [share = "1"] = process.argv.slice(2);
const count = (whole) => Math.ceil(whole * Number(share));
const folder = mkdtempSync(path.join(tmpdir(), "xray-soak-"));
try {
  const data = await drawPhantomSet({
    folder: path.join(folder, "drawn"),
    trainPerClass: 10,
    testPerClass: 4,
    side: 64,
  });
  const work = { steps: count(3000), fits: count(200), predictions: count(1000), learners: count(30) };
  console.log(work);
  const samples = [];
  for await (const sample of soak({ data, backup: path.join(folder, "backup"), ...work, parts: 10 })) {
    samples.push(sample);
    console.log(`part ${samples.length}: ${sample.megabytes.toFixed(0)} MB, ${sample.files} open files`);
  }
  const later = samples.slice(samples.length / 2);
  const megabytes = later.map((sample) => sample.megabytes);
  const spread = Math.max(...megabytes) / Math.min(...megabytes) - 1;
  const files = new Set(later.map((sample) => sample.files)).size;
  console.log(
    `from the middle on: memory within ${(100 * spread).toFixed(1)}%, ${files} number(s) of open files`,
  );
  const held = spread <= 0.02 && files === 1;
  console.log(held ? "held" : "FAILED");
  process.exitCode = held ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
