import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import type * as Choice from "../../../src/engine/install/chooseVariant.js";
import { chooseVariant } from "../../../src/engine/install/chooseVariant.js";
import { installEngine } from "../../../src/engine/install/installEngine.js";
import { bindingPath, installedEngine, variantDir } from "../../../src/engine/install/variant.js";
import { computesOnGpu, probeEngine } from "../../../src/engine/install/probeEngine.js";
import { libtensorflowVersion, usesGpu } from "../../../src/engine/operations/binding.js";
import { projectRoot } from "../../../src/core/environment.js";

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

describe("which engine is installed", () => {
  type State = Parameters<typeof chooseVariant>[0];
  const cases: [asked: State["asked"], present: State["present"], driver: boolean, wanted: string][] = [
    [undefined, undefined, false, "cpu"],
    [undefined, undefined, true, "gpu"],
    [undefined, "cpu", false, "cpu"],
    [undefined, "cpu", true, "gpu"],
    [undefined, "gpu", false, "gpu"],
    [undefined, "own", false, "cpu"],
    ["gpu", "cpu", false, "gpu"],
    ["gpu", "gpu", false, "gpu"],
    ["cpu", "gpu", true, "cpu"],
    ["cpu", "own", false, "cpu"],
  ];
  for (const [asked, present, driver, wanted] of cases) {
    it(`asked ${asked ?? "for none"}, present ${present ?? "none"}, ${driver ? "a" : "no"} driver: ${wanted}`, () => {
      assert.equal(chooseVariant({ asked, present, driver }), wanted);
    });
  }

  it("remembers what was asked for", async (t) => {
    const root = mkdtempSync(path.join(tmpdir(), "xray-choice-"));
    t.after(() => {
      rmSync(root, { recursive: true });
    });
    const compiled = path.join("dist", "src", "engine", "install", "chooseVariant.js");
    for (const file of [compiled, path.join("dist", "src", "core", "environment.js")]) {
      cpSync(path.join(projectRoot, file), path.join(root, file));
    }
    const { rememberedVariant, rememberVariant } = (await import(path.join(root, compiled))) as typeof Choice;
    assert.equal(rememberedVariant(), undefined);
    for (const variant of ["gpu", "cpu"] as const) {
      await rememberVariant(variant);
      assert.equal(rememberedVariant(), variant);
    }
  });
});

describe("the engine's own report", () => {
  it("says from another process what the engine says here", async () => {
    assert.deepEqual(await probeEngine(), { libtensorflow: libtensorflowVersion(), usesGpu: usesGpu() });
    assert.equal(await computesOnGpu(), usesGpu());
  });
});
