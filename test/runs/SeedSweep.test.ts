import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { type StoredPredictions, writePredictions } from "../../src/runs/predictionsFile.js";
import { SeedSweep } from "../../src/runs/SeedSweep.js";
import { refuses } from "../support/refuses.js";
import { catsAndDogs, settings } from "../support/runFiles.js";

const classes = ["NORMAL", "PNEUMONIA"];
const run = (seed: number, ill: readonly number[], paths = ["a", "b", "c", "d"]): StoredPredictions => ({
  seed,
  paths,
  preds: {
    ...{ classes, y: Int32Array.of(0, 0, 1, 1), losses: new Float32Array(4) },
    probs: Float32Array.from(ill.flatMap((p) => [1 - p, p])),
  },
});
// Each has one error, in another place.
const runs = [run(2, [0.6, 0.1, 0.9, 0.8]), run(1, [0.2, 0.3, 0.4, 0.7]), run(10, [0.1, 0.55, 0.8, 0.9])];

describe("several seeds", () => {
  it("are read from their folders, by seed, whatever else lies there", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "sweep-"));
    try {
      for (const stored of runs) {
        const place = path.join(folder, `seed-${stored.seed}`);
        await mkdir(place);
        await writePredictions(path.join(place, "predictions.json"), stored);
      }
      await mkdir(path.join(folder, "unfinished"));
      const sweep = await SeedSweep.read(folder);
      assert.deepEqual(sweep.seeds, [1, 2, 10]);
      assert.deepEqual(sweep.values("recall"), [0.5, 1, 1]);
      assert.deepEqual(sweep.values("specificity"), [1, 0.5, 0.5]);
      await refuses(() => SeedSweep.read(path.join(folder, "unfinished")), "no runs to compare");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("show each run, mean, deviation and interval, and an ensemble that errs less", () => {
    const { rows, columns } = new SeedSweep(runs).table();
    assert.deepEqual(columns.slice(0, 2), ["seed", "error rate"]);
    assert.deepEqual(
      rows.map(([name, value]) => [name, value]),
      [
        ["2", "0.250"],
        ["1", "0.250"],
        ["10", "0.250"],
        ["mean", "0.250"],
        ["standard deviation", "0.000"],
        ["95% CI of the mean", "0.250 to 0.250"],
        ["ensemble", "0.000"],
      ],
    );
    const ensemble = new SeedSweep(runs).ensemble();
    // The mean of 0.9, 0.4 and 0.8.
    const [, , , , , p = NaN] = ensemble.preds.probs;
    assert.ok(Math.abs(p - 0.7) < 1e-6);
    assert.ok(Math.abs((ensemble.preds.losses[2] ?? NaN) + Math.log(0.7)) < 1e-6);
  });

  it("are refused when they differ in more than their seed, and say what was checked", async () => {
    const like = (seed: number, more: Partial<StoredPredictions> = {}): StoredPredictions => ({
      ...run(seed, [0, 0, 1, 1]),
      settings,
      dataset: catsAndDogs(),
      ...more,
    });
    assert.match(
      new SeedSweep([like(1), like(2)]).table().caption ?? "",
      /^2 runs with the same settings and on/,
    );
    assert.match(new SeedSweep(runs).table().caption ?? "", /not all files say with which settings/);
    const longer = { settings: { ...settings, epochsFrozen: 12, size: 48 } };
    await refuses(
      () => new SeedSweep([like(1), like(2, longer)]),
      "The runs with the seeds 1 and 2 differ in more than their seed: size (32 and 48), epochsFrozen (1 and 12).",
    );
    const larger = { dataset: catsAndDogs({ train: "9" }) };
    await refuses(
      () => new SeedSweep([like(1), like(2, larger)]),
      "the training images (16 in /pictures/pets",
    );
    await refuses(() => new SeedSweep([like(1), like(1)]), "Two runs have the seed 1.");
  });

  it("are refused when they predicted other images", async () => {
    await refuses(
      () => new SeedSweep([run(1, [0, 0, 1, 1]), run(2, [0, 0, 1, 1], ["a", "b", "c", "e"])]),
      "The runs with the seeds 1 and 2 predicted other images",
    );
  });
});
