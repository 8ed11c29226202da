import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

it("the statistics load and compute in a copy that has no engine, no packages and no display", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "xray-statistics-"));
  try {
    for (const room of ["core", "statistics"]) {
      const place = path.join("dist", "src", room);
      await cp(path.join(projectRoot, place), path.join(root, place), { recursive: true });
    }
    const script = `
      const { cohenKappa } = require("./dist/src/statistics/index.js");
      const loaded = Object.keys(require.cache).filter((file) => /Display|tensorflow/.test(file));
      console.log(JSON.stringify([cohenKappa([[20, 5], [10, 15]]), loaded]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    assert.equal(stderr, "");
    const [kappa, loaded] = JSON.parse(stdout) as [number, string[]];
    // Agreement of 0.7, and of 0.5 by chance.
    assert.ok(Math.abs(kappa - 0.4) < 1e-12);
    assert.deepEqual(loaded, []);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
