import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { JSDOM } from "jsdom";
import { runsDir } from "../../src/core/environment.js";
import type { Choices } from "../../src/runs/heldOut/Choices.js";
import { readRun, type ReadRun } from "../../src/runs/readRun.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { type Seen, watchOpens } from "../support/watchOpens.js";
import { type Ended, xray } from "../support/xray.js";

describe("xray run --protocol held-out", () => {
  const name = `test-held-out-${process.pid}`;
  const folder = path.join(runsDir, name);
  const read = (file: string) => readFileSync(path.join(folder, file), "utf8");
  let ended: Ended | undefined;
  let seen: Seen[] = [];
  let tested: string[] = [];
  let parent = "";
  let run: ReadRun;

  before(async () => {
    parent = await mkdtemp(path.join(tmpdir(), "xray-drawn-"));
    const drawn = await drawPhantomSet({
      folder: path.join(parent, "drawn"),
      trainPerClass: 20,
      testPerClass: 7,
      side: 64,
    });
    const classes = ["NORMAL", "PNEUMONIA"].map((name) => path.join(drawn, "test", name));
    tested = classes.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
    const tiny = [
      "--size",
      "32",
      "--bs",
      "4",
      "--epochs",
      "2,1",
      "--train-per-class",
      "12",
      "--model",
      "mobilenetV2",
    ];
    const args = ["run", "--protocol", "held-out", ...tiny, "--seed", "3", "--data-dir", drawn];
    mkdirSync(folder, { recursive: true });
    const endWatch =
      process.platform === "linux" ? await watchOpens(path.join(folder, "choices.json"), classes) : undefined;
    ended = await xray([...args, "--name", name]);
    seen = (await endWatch?.()) ?? [];

    run = await readRun(folder);
  });
  after(async () => {
    await rm(parent, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it("ends with 0 and names the report", () => {
    assert.equal(ended?.code, 0, ended?.stderr);
    assert.equal(ended.stdout.trim(), path.join(folder, "report.html"));
  });

  it(
    "opens no test image before the choices are written, and every one after that",
    { skip: process.platform !== "linux" && "Linux alone tells who opens a file" },
    () => {
      const written = seen.indexOf("appears");
      assert.ok(written >= 0, "choices.json was seen to appear");
      const opened = seen.flatMap((each, i) => (each === "appears" ? [] : [{ file: each.open, i }]));
      assert.deepEqual(
        opened.filter(({ i }) => i < written),
        [],
      );
      assert.deepEqual([...new Set(opened.map(({ file }) => file))].sort(), [...tested].sort());
    },
  );

  it("holds out the same share of each class, and trains on none of it", () => {
    const { metrics, predictions } = run;
    assert.ok(typeof metrics.dataset !== "string" && predictions?.heldOut);
    const { train, heldOut, tuning, valid } = metrics.dataset;
    assert.deepEqual(train.classes, { NORMAL: 12, PNEUMONIA: 12 });
    assert.deepEqual(heldOut?.classes, { NORMAL: 2, PNEUMONIA: 2 });
    assert.deepEqual(tuning?.classes, { NORMAL: 2, PNEUMONIA: 2 });
    assert.notEqual(tuning.hash, heldOut.hash);
    assert.deepEqual(valid.classes, { NORMAL: 7, PNEUMONIA: 7 });
    const { paths } = predictions.heldOut;
    assert.ok(
      paths.every((file) => file.startsWith(`train${path.sep}`)),
      paths.join(),
    );
    assert.equal(metrics.patients, null, "a drawn image is nobody's");
  });

  it("writes what was chosen, and all that it takes to compute it anew", () => {
    const choices = JSON.parse(read("choices.json")) as Choices;
    const { metrics, predictions } = run;
    assert.deepEqual(metrics.choices, choices);
    assert.deepEqual(predictions?.choices, choices);
    assert.equal(metrics.protocol, "held-out");
    const losses = (metrics.history ?? [])
      .filter(({ phase }) => phase === "frozen")
      .map(({ validLoss }) => Number(validLoss));
    assert.deepEqual(choices.epochs, {
      frozen: { trained: 2, chosen: 1 + losses.indexOf(Math.min(...losses)) },
      unfrozen: { trained: 1, chosen: 1 },
    });
    assert.equal(choices.apart, true);
    assert.deepEqual(choices.conformalSets?.units, [2, 2]);
    // The threshold is the highest that finds 95% of the two: the lower of their probabilities.
    const { preds } = predictions.heldOut ?? predictions;
    const ofIll = Array.from(preds.y, (label, i) => (label === 1 ? (preds.probs[2 * i + 1] ?? NaN) : 1));
    assert.equal(choices.threshold?.threshold, Math.min(...ofIll));
    assert.ok(choices.temperature > 0);
    // The report begins with the measures at that threshold.
    assert.match(
      read("report.md"),
      /The core measures of PNEUMONIA, at the threshold 0\.\d+\.[^]*AUROC[^]*calibration slope[^]*By the most probable class[^]*error rate/,
    );
  });

  it("shows held-out and test images beside each other, and what the protocol is", () => {
    const { document } = new JSDOM(read("report.html")).window;
    const heads = [...document.querySelectorAll("th")].map(({ textContent }) => textContent);
    assert.ok(heads.includes("4 held-out images (chosen here)"), heads.join("; "));
    assert.ok(heads.includes("14 test images"), heads.join("; "));
    const about = document.querySelector("footer")?.textContent ?? "";
    assert.match(
      about,
      /held-out: epochs were chosen on 4 validation images, temperature and threshold on 4 held-out images/,
    );
    assert.match(about, /intervals take the test images as independent/);
  });
});
