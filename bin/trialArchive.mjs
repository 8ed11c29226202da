#!/usr/bin/env node
// Has `xray predict --out` go through a drawn archive: once in one go, and once killed with SIGKILL again and again and gone on
// with. Ends with 0 when no file is lost, none has two rows, and the process never held more than 5% above what it held
// for the first thousand files.
//   npm run trial:archive              4000 files, 4 kills
//   npm run trial:archive -- 20000 8   20000 files, 8 kills
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { archiveTrial } = await import("../dist/test/commands/archiveTrial.js");

const [files = "4000", kills = "4", seed = "1"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "xray-archive-"));
try {
  const options = { folder, files: Number(files), early: 1000, kills: Number(kills), seed: Number(seed) };
  const { megabytes, imagesPerSecond, ...rest } = await archiveTrial(options);
  const growth = megabytes.whole / megabytes.early - 1;
  console.log(
    `memory: ${megabytes.early.toFixed(0)} MB at 1000 files, ${megabytes.whole.toFixed(0)} MB at most (${(100 * growth).toFixed(1)}%)`,
  );
  const { predict, validation } = imagesPerSecond;
  console.log(`images a second: ${predict.toFixed(0)} into the file, ${validation.toFixed(0)} in validation`);
  console.log(rest);
  const held = rest.lost + rest.doubled + rest.wrong === 0 && !(growth > 0.05);
  console.log(held ? "held" : "FAILED");
  process.exitCode = held ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
