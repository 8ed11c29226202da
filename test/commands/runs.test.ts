import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { runsDir } from "../../src/core/environment.js";
import { lockedFolder } from "../../src/core/folderLock.js";
import { folderNamed } from "../../src/runs/runFolder.js";
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

describe("a run's name", () => {
  it("is not that of the folder that holds the state of fits", () => {
    for (const name of ["backup", "A/backup"])
      assert.throws(() => folderNamed(name), /cannot be called "(A\/)?backup"/);
  });
});
