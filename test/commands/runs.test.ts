import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { runsDir } from "../../src/core/environment.js";
import { lockedFolder } from "../../src/core/folderLock.js";
import { presets, resolveParameters } from "../../src/runs/presets.js";
import { folderNamed } from "../../src/runs/runFolder.js";
import { writeStartedRun } from "../../src/runs/StartedRun.js";
import { xray } from "../support/xray.js";

describe("xray runs --remove", () => {
  const name = `test-runs-${process.pid}`;
  const folder = path.join(runsDir, name);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  /** As a run leaves it, with files beside its folders. */
  const begin = (...parts: readonly string[]) => {
    const run = path.join(folder, ...parts);
    mkdirSync(path.join(run, "models"), { recursive: true });
    writeFileSync(path.join(run, "metrics.json"), "{}");
  };
  const remove = (...names: readonly string[]) => xray(["runs", "--remove", ...names]);

  it("deletes runs, each of them once, and nothing where one of the names is no run's", async () => {
    begin();
    for (const wrong of [`${name}/models`, `${name}-other`]) {
      const { code, stderr } = await remove(name, wrong);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`There is no run "${wrong}"`));
      assert.ok(existsSync(folder));
    }
    const { code, stderr } = await remove(name, name);
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/is deleted/g)?.length, 1);
    assert.ok(!existsSync(folder));
  });

  it("deletes nothing that is no run's, whatever it is called", async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "thesis.txt"), "");
    const cases: readonly (readonly [name: string, said: RegExp])[] = [
      [name, /The folder .* is no run's/],
      [`${name}/thesis.txt`, /There is no run/],
      ["..", /cannot be called/],
    ];
    for (const [wrong, said] of cases) {
      const { code, stderr } = await remove(wrong);
      assert.equal(code, 1, wrong);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
    assert.ok(existsSync(path.join(folder, "thesis.txt")));
    rmSync(folder, { recursive: true });
  });

  it("deletes what a run has left that was stopped before it wrote any number", async () => {
    for (const left of ["held-out.ipynb", "choices.json", "evaluation.md", "my own.running.ipynb"]) {
      mkdirSync(folder);
      writeFileSync(path.join(folder, left), "{}");
      const { code, stderr } = await remove(name);
      assert.equal(code, 0, stderr);
      assert.ok(!existsSync(folder), left);
    }
  });

  it("leaves a run of a sweep that is at work", async () => {
    begin("seed-1");
    await lockedFolder(folder, async () => {
      const { code, stderr } = await remove(`${name}/seed-1`);
      assert.equal(code, 1);
      assert.match(stderr, /is being written/);
    });
    assert.ok(existsSync(path.join(folder, "seed-1")));
    assert.equal((await remove(`${name}/seed-1`)).code, 0);
    assert.ok(!existsSync(path.join(folder, "seed-1")));
  });
});

describe("xray runs", () => {
  const names = ["killed", "finished"].map((word) => `test-runs-${word}-${process.pid}`);
  const [killed = "", finished = ""] = names.map((each) => path.join(runsDir, each));
  const fit = path.join(runsDir, "backup", `fit-${process.pid}`);
  const all = [killed, finished, fit];
  after(() => {
    for (const each of all) rmSync(each, { recursive: true, force: true });
    if (readdirSync(path.dirname(fit)).length === 0) rmdirSync(path.dirname(fit));
  });

  it("takes away what processes that were killed have left: locks, and the backup of a run at its end", async () => {
    for (const each of all) {
      mkdirSync(each, { recursive: true });
      // No process has this number.
      const owner = { host: hostname(), pid: 2 ** 22 + 1, began: "1", since: "2026-01-01T00:00:00Z" };
      writeFileSync(path.join(each, "run.lock"), JSON.stringify(owner));
    }
    for (const each of [killed, finished]) {
      writeFileSync(path.join(each, "metrics.json"), "{}");
      mkdirSync(path.join(each, "backup", "frozen-1"), { recursive: true });
    }
    writeFileSync(path.join(finished, "report.html"), "");
    const { code, stdout, stderr } = await xray(["runs"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`${names[0] ?? ""} +unfinished`));
    assert.match(stdout, new RegExp(`${names[1] ?? ""} +finished`));
    assert.deepEqual(readdirSync(killed).sort(), ["backup", "metrics.json"]);
    assert.deepEqual(readdirSync(finished).sort(), ["metrics.json", "report.html"]);
    assert.ok(!existsSync(fit));
  });
});

describe("going on with a run", () => {
  const name = `test-resume-${process.pid}`;
  const folder = path.join(runsDir, name);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is refused under other variables that TensorFlow reads, which are named", async () => {
    mkdirSync(folder);
    const { parameters, preset } = resolveParameters({ ...presets.quick, preset: "none" }, { gpu: false });
    await writeStartedRun(folder, { preset, parameters, dataset: "/nowhere", pdf: false });
    const env = { TF_NUM_INTRAOP_THREADS: "1", TF_ENABLE_ONEDNN_OPTS: "0" };
    const { code, stderr } = await xray(["run", "--resume", name], { env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /other environment variables.* TF_ENABLE_ONEDNN_OPTS \(1 there, 0 now\), TF_NUM_INTRAOP_THREADS \(not set there, 1 now\)\.\nSet them as they were/,
    );
    assert.deepEqual(readdirSync(folder), ["run.json"]);
  });
});

describe("a run's name", () => {
  it("is that of a folder in the folder of runs, or in one of those", () => {
    for (const name of ["..", ".", "/", "", "a b", "A/..", "../src", "/tmp", "A/a/b", "*"])
      assert.throws(() => folderNamed(name), /cannot be called/);
  });

  it("has letters of any script, each written in one way", () => {
    for (const name of ["ü", "größe-2", "лёгкие", "肺炎", "हिन्दी", "A/été_1"])
      assert.equal(folderNamed(name), path.join(runsDir, name.normalize("NFC")));
    assert.equal(folderNamed("ü".normalize("NFD")), folderNamed("ü".normalize("NFC")));
  });

  it("is not that of the folder that holds the state of fits", () => {
    for (const name of ["backup", "A/backup"])
      assert.throws(() => folderNamed(name), /cannot be called "(A\/)?backup"/);
  });
});
