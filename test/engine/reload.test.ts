import assert from "node:assert/strict";
import path from "node:path";
import { it } from "node:test";
import type * as VariableModule from "../../src/engine/Variable.js";
import { projectRoot } from "../../src/core/environment.js";
import { lrRange } from "../../src/training/optimizers/slice.js";
import type * as SliceModule from "../../src/training/optimizers/slice.js";

/** Loads a compiled file anew, as the notebook's kernel does after an edit. */
function reloaded(file: string): unknown {
  const own = path.join(projectRoot, "dist", "src") + path.sep;
  for (const key of Object.keys(require.cache).filter((name) => name.startsWith(own))) {
    Reflect.deleteProperty(require.cache, key);
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the point of this test
  return require(path.join(own, file));
}

it("variables of two loads of the sources do not share memory", () => {
  const first = reloaded("engine/Variable.js") as typeof VariableModule;
  const old = new first.Variable("v", [2], Float32Array.of(1, 2));
  const second = reloaded("engine/Variable.js") as typeof VariableModule;
  const young = new second.Variable("v", [2], Float32Array.of(7, 8));
  assert.deepEqual([...old.values()], [1, 2]);
  young.dispose();
  assert.deepEqual([...old.values()], [1, 2]);
  old.dispose();
});

it("a slice of one load is understood by a learner of another", () => {
  const { slice } = reloaded("training/optimizers/slice.js") as typeof SliceModule;
  assert.equal(lrRange(slice(1e-6, 1e-4), 3).length, 3);
});
