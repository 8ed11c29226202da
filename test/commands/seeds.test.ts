import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { JSDOM } from "jsdom";
import { dataFolders } from "../../src/runs/describeData.js";
import { findDataset } from "../../src/xrays/findDataset.js";
import { runsDir } from "../../src/core/environment.js";
import { readPredictions } from "../../src/runs/predictionsFile.js";
import type { RunData, RunSettings } from "../../src/runs/RunData.js";
import { drawShapes } from "../support/drawnShapes.js";
import { catsAndDogs, metricsOf, predictionsOf, settings, writeRun } from "../support/runFiles.js";
import { startXray, xray } from "../support/xray.js";

describe("xray seeds", () => {
  const name = `test-seeds-${process.pid}`;
  const sweep = path.join(runsDir, name);
  let parent = "";
  let shapes = "";
  before(async () => {
    parent = mkdtempSync(path.join(tmpdir(), "xray-seeds-"));
    shapes = await drawShapes(path.join(parent, "shapes"));
  });
  after(() => {
    for (const folder of [parent, sweep]) rmSync(folder, { recursive: true, force: true });
  });
  const flags = () => [
    "--size",
    "32",
    "--bs",
    "4",
    "--epochs",
    "1,1",
    "--train-per-class",
    "0",
    "--data-dir",
    shapes,
  ];
  const seeds = (...more: readonly string[]) =>
    xray(["seeds", "--name", name, "--seeds", "1,2", ...flags(), ...more]);

  /** The settings of a run on images that are not the lesson's. */
  const ofStudy = { ...settings, protocol: null };

  /** A finished run with seed 1, on the shapes unless other data are given. */
  async function finished(other: Partial<RunSettings>, data?: RunData, seed = 1): Promise<void> {
    const there = dataFolders(await findDataset(shapes));
    const own = catsAndDogs({ folder: shapes });
    const dataset = data ?? {
      ...own,
      train: { ...own.train, available: there.train.available },
      valid: { ...own.valid, available: there.valid.available },
    };
    const made = { ...ofStudy, ...other };
    const predictions = predictionsOf([0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55], {
      seed,
      settings: made,
      dataset,
    });
    const folder = await writeRun(path.join(sweep, `seed-${seed}`), predictions);
    writeFileSync(path.join(folder, "report.html"), "");
  }

  it("refuses finished runs with other settings or on other images, and says what to do", async () => {
    await finished({ size: 48, epochsFrozen: 12 });
    const other = await seeds();
    assert.equal(other.code, 1, other.stderr);
    assert.match(
      other.stderr,
      /differ from what is asked for in more than their seed[^]*seed-1: size \(48 and 32\), epochsFrozen \(12 and 1\)\nChoose another --name/,
    );
    assert.doesNotMatch(other.stderr, /^\s+at /m);
    await finished({}, catsAndDogs());
    const { code, stderr } = await seeds();
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /seed-1: the training images \(16 in \/pictures\/pets, and 18 in .*shapes\), the test images/,
    );
    // The page would be about it too, though nobody asks for its seed.
    const without = await xray(["seeds", "--name", name, "--seeds", "3", ...flags()]);
    assert.match(without.stderr, /seed-1: the training images/);
    assert.ok(!existsSync(path.join(sweep, "seed-3")), "nothing was run");
  });

  it("makes a page of three classes, with means over them", async () => {
    const classes = ["circle", "square", "stripes"];
    const y = Int32Array.from([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    for (const seed of [1, 2]) {
      await finished({}, undefined, seed);
      const folder = path.join(sweep, `seed-${seed}`);
      const { dataset } = await readPredictions(path.join(folder, "predictions.json"));
      const called = Array.from(y, (label, i) => (i % 5 === 4 ? 0 : label));
      const probs = called.flatMap((label) => classes.map((_, k) => (k === label ? 0.8 : 0.1)));
      const predictions = {
        ...{ seed, settings: ofStudy, dataset, paths: [...y.keys()].map((i) => `image-${i}`) },
        preds: { classes, y, probs: Float32Array.from(probs), losses: new Float32Array(9) },
      };
      // The data that stand for the run's own are of two classes.
      await writeRun(folder, predictions, metricsOf({ ...predictions, dataset: undefined }));
    }
    const { code, stderr } = await seeds();
    assert.equal(code, 0, stderr);
    const { document } = new JSDOM(readFileSync(path.join(sweep, "report.html"), "utf8")).window;
    for (const part of document.querySelectorAll("script, style")) part.remove();
    const text = document.body.textContent;
    assert.match(text, /2 runs with the same settings and on the same 9 test images/);
    assert.match(text, /measures are those of the mean of 3 classes/);
    assert.doesNotMatch(text, /kermany|pneumonia|\bchild/i);
    rmSync(sweep, { recursive: true });
  });

  it("takes a finished run with the same settings and images, and refuses a second sweep of its name", async () => {
    await finished({});
    const args = ["seeds", "--name", name, "--seeds", "1,2", ...flags()];
    const first = startXray(args);
    const running = path.join(sweep, "seed-2", "study.running.ipynb");
    await first.until("the second seed runs", () => existsSync(running));
    const second = await xray(args);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /is being written to by process \d+, since/);
    assert.ok(existsSync(running), "the first goes on");
    first.kill("SIGINT");
    const { code, stderr } = await first.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /seed-1 is there already/);
  });
});
