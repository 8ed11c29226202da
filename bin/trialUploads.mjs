#!/usr/bin/env node
// Starts `xray serve` and sends it hostile uploads: bombs of every kind of image, slow clients, broken requests, several
// at a time, with honest visitors between them. Ends with 0 when every answer came in time, none was another visitor's,
// and the server's memory came back.
//   npm run trial:uploads                          500 uploads to a small drawn net
//   npm run trial:uploads -- 100 runs/NAME         100 uploads to an exported learner
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { drawnExport } = await import("../dist/test/serve/drawnExport.js");
const { runUploadTrial, startServer, mostGrowth, mostSeconds } =
  await import("../dist/test/serve/uploadTrial.js");

const [count = "500", model] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "xray-trial-"));
const drawn = await drawnExport(folder);
const server = await startServer(model ?? drawn.file);
const onOutcome = ({ name, status = "closed", seconds, text }, done) => {
  console.log(`${done}\t${status}\t${seconds.toFixed(2)} s\t${name}\t${text.slice(0, 120).split("\n")[0]}`);
};
try {
  const trial = runUploadTrial({ ...server, images: drawn.images, count: Number(count), onOutcome });
  const { slowest, ...rest } = await Promise.race([trial, server.ended]);
  console.log({ ...rest, slowest: slowest.map(({ name, seconds }) => `${seconds.toFixed(2)} s: ${name}`) });
  const { megabytes, unanswered } = rest;
  const isRight =
    unanswered.length === 0 &&
    slowest[0].seconds < mostSeconds &&
    megabytes.after <= mostGrowth * megabytes.before;
  console.log(isRight ? "held" : "FAILED");
  process.exitCode = isRight ? 0 : 1;
} finally {
  server.stop();
  rmSync(folder, { recursive: true });
}
