import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { runsDir } from "../../src/environment.js";
import { writeMetrics } from "../../src/report/metricsFile.js";
import { runDirectory, timestamp } from "../../src/runDirectory.js";

it("metrics are written whole, with two spaces", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "xray-metrics-"));
  const file = path.join(folder, "new", "metrics.json");
  await writeMetrics(file, { errorRate: 0.1, classes: ["a"] });
  assert.equal(await readFile(file, "utf8"), '{\n  "errorRate": 0.1,\n  "classes": [\n    "a"\n  ]\n}\n');
  assert.deepEqual(await readdir(path.dirname(file)), ["metrics.json"]);
  await rm(folder, { recursive: true });
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
