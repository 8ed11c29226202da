import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { tf } from "../../src/engine/tensorflow.js";
import { projectRoot } from "../../src/core/environment.js";
import { agrees, type ParityRow } from "../../src/parity/ParityRow.js";
import { cyclesParity } from "../../src/parity/cycles.js";
import { labelsParity } from "../../src/parity/labels.js";
import { lrFindParity } from "../../src/parity/lrFind.js";
import { runsParity } from "../../src/parity/runs.js";
import { scheduleParity } from "../../src/parity/schedule.js";
import { traceParity } from "../../src/parity/trace.js";
import { ttaParity } from "../../src/parity/tta.js";

const recorded = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(projectRoot, "test", "parity", "records", name), "utf8"));
const oracle = path.join(projectRoot, "..", "shared", "oracle");
const record = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(path.join(oracle, name), "utf8"));
const skip =
  !existsSync(oracle) && `put trace64.json and schedule.json, recorded from fastai, into ${oracle}`;

const off = (rows: readonly ParityRow[]): ParityRow[] => rows.filter((row) => !agrees(row));

describe("beside fastai 1.0.61", { skip }, () => {
  it("six frozen and six unfrozen steps of ResNet-50", async () => {
    const rows = await traceParity(await record("trace64.json"));
    assert.equal(rows.length, 14);
    assert.deepEqual(off(rows), []);
    assert.equal(tf.memory().numTensors, 0);
  });

  it("sees a changed loss", async () => {
    const trace = (await record("trace64.json")) as { stages: { losses: number[] }[] };
    // One stage is enough for that.
    trace.stages.length = 1;
    const [stage] = trace.stages;
    if (stage) stage.losses[2] = (stage.losses[2] ?? 0) * 1.004;
    assert.deepEqual(
      off(await traceParity(trace)).map(({ name }) => name),
      ["frozen loss 2"],
    );
  });

  it("schedules", async () => {
    const rows = scheduleParity(await record("schedule.json"));
    assert.ok(rows.length > 180);
    assert.deepEqual(off(rows), []);
  });
});

describe("beside fastai 1.0.61 with options", () => {
  it("decay, rates, clipping, smoothing, class weights, MixUp, accumulation and SGD", async () => {
    const rows = await runsParity(await recorded("trace.json"));
    assert.equal(rows.length, 6 * 2 * 4);
    assert.deepEqual(off(rows), []);
    assert.equal(tf.memory().numTensors, 0);
  });

  it("several labels an image, weights of labels, and labels that are not known", async () => {
    const rows = await labelsParity(await recorded("labels.json"));
    assert.equal(rows.length, 4 * 2 * 4);
    assert.deepEqual(off(rows), []);
    assert.equal(tf.memory().numTensors, 0);
  });
});

describe("fastai 1.0.61's lr_find", () => {
  it("has our rates, losses, end and suggestion, and puts the net back", async () => {
    const rows = await lrFindParity(await recorded("lr_find.json"));
    assert.deepEqual(off(rows), []);
    const named = (what: string) => rows.filter(({ name }) => name.includes(what)).length;
    assert.deepEqual(
      [named(": loss "), named(": batches"), named("put back"), named("minimum")],
      [51, 12, 5, 4],
    );
    assert.equal(tf.memory().numTensors, 0);
  });
});

describe("fastai 1.0.61's one-cycle fits", () => {
  it("have our rates and momenta under any options", async () => {
    const rows = cyclesParity(await recorded("cycles.json"));
    assert.equal(rows.length, 2 * 24);
    assert.deepEqual(off(rows), []);
  });
});

describe("fastai 1.0.61's TTA", () => {
  it("has our predictions", async () => {
    const rows = await ttaParity(await recorded("tta.json"));
    assert.equal(rows.length, 4 * 2 * 4);
    assert.deepEqual(off(rows), []);
    // What the passes change is more than the tolerance lets by.
    const [plain, tta] = ["plain", "TTA"].map((what) =>
      rows.filter(({ name }) => name.includes(`: ${what} `)),
    );
    const moved = plain?.map(({ fastai }, i) => Math.abs(fastai - (tta?.[i]?.fastai ?? NaN))) ?? [];
    assert.ok(moved.filter((by) => by > 1e-4).length > moved.length / 2);
    assert.equal(tf.memory().numTensors, 0);
  });
});

describe("a malformed record", () => {
  it("is named", async () => {
    await assert.rejects(traceParity({ stages: [] }), /no "size"/);
    await assert.rejects(runsParity({ runs: {} }), /no "size"/);
    await assert.rejects(lrFindParity({ lr_searches: {} }), /no "size"/);
    assert.throws(() => cyclesParity({}), /no "cycles"/);
    await assert.rejects(ttaParity({ tta: [] }), /no "size"/);
    assert.throws(() => scheduleParity({}), /no list of numbers "lr_for_max_3e3"/);
  });
});
