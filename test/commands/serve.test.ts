import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { drawnExport } from "../serve/drawnExport.js";

describe("xray serve", () => {
  let [folder, model] = ["", ""];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "xray-serve-"));
    model = (await drawnExport(folder)).file;
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`ends with ${code} at ${signal}, and without a word`, async () => {
      const args = [path.join(projectRoot, "bin", "xray.mjs"), "serve", "--model", model, "--port", "0"];
      const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
      const ended = once(server, "close");
      let said = "";
      server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const [line] = (await Promise.race([once(server.stdout, "data"), ended])) as [Buffer];
      assert.match(String(line), /^http:\/\/127\.0\.0\.1:\d+\/\n$/, said);
      // A visitor who keeps the connection open does not hold it up.
      const answer = await fetch(String(line).trim());
      assert.equal(answer.status, 200);
      server.kill(signal);
      assert.deepEqual(await ended, [code, null], said);
    });
  }
});
