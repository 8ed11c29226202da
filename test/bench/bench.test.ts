import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";
import { caseFlags, gridCases, parseCase, usualCases } from "../../bench/Case.js";
import { median } from "../../bench/figures.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { UserError } from "../../src/core/errors.js";
import { projectRoot } from "../../src/core/environment.js";
import { temporaryFolder } from "../support/folders.js";

const drawnFolder = (trainPerClass: number): Promise<string> =>
  drawPhantomSet({ folder: path.join(temporaryFolder(), "drawn"), trainPerClass, testPerClass: 1, side: 48 });

type Numbers = Readonly<Record<string, number>>;

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = path.join(projectRoot, "dist", "bench", "main.js");
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
}

/** The one JSON object that is all of standard output. */
function measured(...args: string[]): Numbers {
  const { status, stdout, stderr } = bench("--json", ...args);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout) as Numbers;
}

function assertPositive(numbers: Numbers, ...keys: string[]): void {
  for (const key of keys) assert.ok((numbers[key] ?? 0) > 0, `${key} is ${numbers[key] ?? "missing"}`);
}

/** For what any net can show. */
const smallNet = "--model mobilenetV2";

describe("bench", () => {
  it("times training steps and JavaScript's share of them", () => {
    const step = measured("step", ..."--size 32 --bs 2 --phase unfrozen --steps 3 --js-share".split(" "));
    assertPositive(step, "imgPerSec", "msPerStep", "firstStepMs");
    assert.equal(step.steps, 3);
    assert.ok(Math.abs(((step.imgPerSec ?? 0) * (step.msPerStep ?? 0)) / 2000 - 1) < 0.01);
    assert.ok((step.jsShare ?? 0) > 0 && (step.jsShare ?? 1) < 1, `jsShare is ${step.jsShare ?? "missing"}`);
    // ResNet-50 has 25 million weights: 100 MB, and as much again for each of Adam's two averages.
    assert.ok((step.peakRssMB ?? 0) > 300 && (step.peakRssMB ?? 0) < 4000, String(step.peakRssMB));
  });

  it("times loading, and a second pass that decodes nothing", async () => {
    const folder = await drawnFolder(6);
    const load = measured("load", ..."--size 32 --bs 4 --train-per-class 5 --dir".split(" "), folder);
    assert.equal(load.images, 8);
    assertPositive(load, "imgPerSec", "secondPassImgPerSec", "peakRssMB");
  });

  it("times an epoch from the files on", async () => {
    const folder = await drawnFolder(4);
    const epoch = measured(
      "epoch",
      ...`${smallNet} --size 32 --bs 4 --phase frozen --dir`.split(" "),
      folder,
    );
    assert.equal(epoch.images, 8);
    assertPositive(epoch, "seconds", "loadSeconds", "secondEpochSeconds", "peakRssMB");
    assert.ok((epoch.loadSeconds ?? 0) < (epoch.seconds ?? 0));
    assert.ok(Math.abs((epoch.imgPerSec ?? 0) * (epoch.seconds ?? 0) - 8) < 0.1);
  });

  it("prints a table and then everything as one line of JSON", () => {
    const { status, stdout, stderr } = bench(
      ...`${smallNet} --cases valid:32x2 --steps 1 --rounds 2`.split(" "),
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^validation, 32 px, batch 2 +img\/s +[\d.]+$/m);
    const { rows, runs } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      rows: { values: Record<string, number> }[];
      runs: { contenders: { runs: { imgPerSec: number }[] }[] }[];
    };
    const rates = runs[0]?.contenders[0]?.runs.map(({ imgPerSec }) => imgPerSec) ?? [];
    assert.equal(rates.length, 2);
    const shown = rows[0]?.values["xray-notebook"] ?? NaN;
    assert.ok(Math.abs(shown / median(rates) - 1) < 1e-3, `${shown} of ${rates.join(", ")}`);
  });

  it("says what it cannot measure", () => {
    for (const [args, message] of [
      [["--cases", "jump:32"], /"jump:32" is no case/],
      [["--against", "/no/such/python"], /\/no\/such\/python[\s\S]*Give a Python with fastai/],
      [["--json", "step", "--model", "resnet5"], /resnet50/],
      [["--json", "load", "--dir", "/no/such/folder"], /\/no\/such\/folder/],
    ] as const) {
      const { status, stdout, stderr } = bench(...args);
      assert.equal(status, 1, args.join(" "));
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at /m, "a stack is no help to the person");
    }
  });

  it("reads cases", () => {
    assert.deepEqual(parseCase("step:224x8:frozen"), { kind: "step", size: 224, bs: 8, phase: "frozen" });
    assert.deepEqual(caseFlags(parseCase("load:64")), ["--json", "load", "--size", "64", "--bs", "32"]);
    assert.throws(() => parseCase("step:224x8:thawed"), UserError);
    assert.equal(new Set(gridCases().map((one) => JSON.stringify(one))).size, gridCases().length);
    assert.ok(usualCases.length < gridCases().length);
  });

  it("takes the middle", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });
});
