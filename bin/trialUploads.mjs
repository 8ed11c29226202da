#!/usr/bin/env node
// Starts `xray serve` and sends it hostile uploads: bombs of every kind of image, slow clients, broken requests, several
// at a time, with honest visitors between them. Ends with 0 when every answer came in time, none was another visitor's,
// and the server's memory came back.
//   npm run trial:uploads                          500 uploads to a small drawn net
//   npm run trial:uploads -- 100 runs/NAME         100 uploads to an exported learner
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { drawnExport } = await import("../dist/test/serve/drawnExport.js");
const { runUploadTrial, mostGrowth, mostSeconds } = await import("../dist/test/serve/uploadTrial.js");

const [count = "500", model] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "xray-trial-"));
const drawn = await drawnExport(folder);
const xray = fileURLToPath(new URL("xray.mjs", import.meta.url));
const args = [xray, "serve", "--model", model ?? drawn.file, "--port", "0"];
const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
const ended = once(server, "exit").then(([code, signal]) => {
  throw new Error(`The server ended with ${code ?? signal}.`);
});
ended.catch(() => undefined);
const memory = () =>
  1024 * Number(spawnSync("ps", ["-o", "rss=", "-p", String(server.pid)], { encoding: "utf8" }).stdout);

try {
  const port = await Promise.race([portOf(server), ended]);
  const onOutcome = (outcome, done) => {
    const { name, status = "closed", seconds, text } = outcome;
    console.log(`${done}\t${status}\t${seconds.toFixed(2)} s\t${name}\t${text.slice(0, 120)}`);
  };
  const trial = runUploadTrial({ port, images: drawn.images, count: Number(count), memory, onOutcome });
  const { slowest, ...rest } = await Promise.race([trial, ended]);
  console.log({ ...rest, slowest: slowest.map(({ name, seconds }) => `${seconds.toFixed(2)} s: ${name}`) });
  const { megabytes, unanswered } = rest;
  const isRight =
    unanswered.length === 0 &&
    slowest[0].seconds < mostSeconds &&
    megabytes.after <= mostGrowth * megabytes.before;
  console.log(isRight ? "held" : "FAILED");
  process.exitCode = isRight ? 0 : 1;
} finally {
  server.kill();
  rmSync(folder, { recursive: true });
}

/** From the address that the server prints. */
async function portOf({ stdout }) {
  let printed = "";
  for await (const piece of stdout.iterator({ destroyOnReturn: false })) {
    printed += piece;
    const found = /:(\d+)\/\s/.exec(printed)?.[1];
    if (found) return Number(found);
  }
  throw new Error("The server named no address.");
}
