import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { installEngine } from "../../src/engine/install/installEngine.js";
import { bindingPath, installedEngine, variantDir } from "../../src/engine/install/variant.js";
import { projectRoot } from "../../src/environment.js";

/** Calls an exported function of a compiled file in another process, with other environment variables. */
function call(file: string, expression: string, env: NodeJS.ProcessEnv): string {
  const module = JSON.stringify(path.join(projectRoot, "dist", "src", file));
  const script = `require(${module}).${expression}.then(() => console.log("no error"), (e) => console.log(e.name, e.message))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { env: { ...process.env, ...env } });
  return stdout.toString() + stderr.toString();
}

describe("the engine's installation", () => {
  it("is found, and done again costs nothing", async () => {
    const said: string[] = [];
    const started = performance.now();
    await installEngine({ log: (line) => said.push(line) });
    assert.ok(performance.now() - started < 500);
    assert.deepEqual(said, []);
    assert.ok(installedEngine());
  });

  it("names a missing compiler and its remedy, and keeps the binding that is there", () => {
    const said = call("engine/install/compileBinding.js", `compileBinding("cpu")`, { CXX: "no-such-g++" });
    assert.match(said, /UserError `no-such-g\+\+` was not found\.\n.*apt install g\+\+/);
    assert.ok(existsSync(bindingPath));
  });

  it("names a missing Python and its remedy", (t) => {
    const folder = `${variantDir("gpu")}.partial`;
    if (existsSync(variantDir("gpu"))) {
      t.skip("the GPU libraries are there already");
      return;
    }
    try {
      const said = call("engine/install/fetchLibraries.js", `fetchLibraries("gpu", () => {})`, {
        XRAY_PYTHON: "no-such-python",
      });
      assert.match(said, /UserError `no-such-python` was not found\.\n.*Python 3\.9 or later with pip/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
