import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { runsDir } from "../../src/core/environment.js";
import { writeMetrics } from "../../src/runs/metricsFile.js";
import { runDirectory, timestamp } from "../../src/core/runDirectory.js";
import { secondsOf } from "../../src/runs/saveMetrics.js";

it("metrics are written whole, with two spaces", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "xray-metrics-"));
  const file = path.join(folder, "new", "metrics.json");
  await writeMetrics(file, { errorRate: 0.1, classes: ["a"] });
  assert.equal(await readFile(file, "utf8"), '{\n  "errorRate": 0.1,\n  "classes": [\n    "a"\n  ]\n}\n');
  assert.deepEqual(await readdir(path.dirname(file)), ["metrics.json"]);
  await rm(folder, { recursive: true });
});

it("metrics that cannot be written are told with file and remedy, and leave nothing behind", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "xray-metrics-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, "file"), "");
  await assert.rejects(writeMetrics(path.join(folder, "file", "metrics.json"), {}), {
    name: "UserError",
    message: /^The folder .*file cannot be made: [^]*\n.*can be written to/,
  });
  await mkdir(path.join(folder, "metrics.json"));
  await assert.rejects(writeMetrics(path.join(folder, "metrics.json"), {}), {
    name: "UserError",
    message: /metrics\.json was not written: [^]*\n.*can be written to/,
  });
  assert.deepEqual((await readdir(folder)).sort(), ["file", "metrics.json"]);
});

it("two fits of one stage count together", () => {
  const timings = [
    { what: "frozen", seconds: 2 },
    { what: "lrFind", seconds: 1 },
    { what: "frozen", seconds: 3 },
  ];
  assert.deepEqual(secondsOf(timings), { frozen: 5, lrFind: 1 });
});

it("the run's folder is the given one, or one for the process", (t) => {
  const given = process.env.XRAY_RUN_DIR;
  t.after(() => {
    if (given !== undefined) process.env.XRAY_RUN_DIR = given;
    else delete process.env.XRAY_RUN_DIR;
  });
  delete process.env.XRAY_RUN_DIR;
  const own = runDirectory();
  assert.ok(own.startsWith(path.join(runsDir, "notebook-")));
  assert.equal(runDirectory(), own);
  process.env.XRAY_RUN_DIR = "elsewhere";
  assert.equal(runDirectory(), "elsewhere");
  assert.equal(timestamp(new Date(2025, 0, 31, 16, 5, 9)), "2025-01-31-16-05-09");
});
