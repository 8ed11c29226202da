import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/engine/safetensors.js";
import type { Learner } from "../../src/training/Learner.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";

type TinyLearner = Awaited<ReturnType<typeof tinyLearner>>;

const weightsOf = (learn: Learner) => learn.model.state().map((variable) => variable.values());

describe("a net whose training has diverged", () => {
  it("neither predicts nor is exported, and says what to do", async () => {
    const learn = await tinyLearner();
    await learn.fit(2, 1e12);
    assert.ok(weightsOf(learn).some((values) => values.some(Number.isNaN)));
    const [image = ""] = validPaths(learn);
    const onnx = path.join(learn.modelDir, "net.onnx");
    const calls: Record<string, () => Promise<unknown>> = {
      predict: () => learn.predict(image),
      getPreds: () => learn.getPreds(),
      TTA: () => learn.TTA(),
      showResults: () => learn.showResults(),
      export: () => learn.export(),
      exportOnnx: () => learn.exportOnnx(onnx),
      exportTfjs: () => learn.exportTfjs(path.join(learn.modelDir, "tfjs")),
    };
    for (const call of Object.values(calls)) await refuses(call, "NaN", "smaller learning rate");
    await refuses(() => learn.export(), "The net cannot be exported: ", " holds NaN at place ");
    assert.equal(existsSync(onnx), false);
    await learn.save("diverged");
    await refuses(learn.load("diverged"), "diverged.safetensors: ", "holds NaN");
    learn.dispose();
  });
});

describe("a file with weights that no net has", () => {
  /** Writes the file anew, with one value of one of its arrays changed. */
  async function change(file: string, name: string, value: number): Promise<void> {
    const { tensors, metadata } = await readSafetensors(file);
    tensors.get(name)?.values.set([value], 1);
    await writeSafetensors(file, [...tensors.values()], metadata);
  }

  const wrong = [
    ["1.8.weight", NaN],
    ["1.8.bias", -Infinity],
    ["1.2.running_mean", Infinity],
    ["1.2.running_var", NaN],
    ["1.2.running_var", -0.5],
  ] as const;

  const files: Record<string, (learn: TinyLearner) => Promise<() => Promise<unknown>>> = {
    checkpoint: async (learn) => {
      await learn.save("net");
      return () => learn.load("net");
    },
    "exported learner": async (learn) => {
      const file = await learn.export("net");
      return () => loadLearner(file);
    },
  };

  for (const [what, write] of Object.entries(files)) {
    it(`is refused with the array's name: ${what}`, async () => {
      const learn = await tinyLearner();
      const file = path.join(learn.modelDir, "net.safetensors");
      const before = weightsOf(learn);
      for (const [name, value] of wrong) {
        const load = await write(learn);
        await change(file, name, value);
        await refuses(load, `${file}: ${name} holds ${value} at place 1`);
      }
      assert.deepEqual(weightsOf(learn), before);
      learn.dispose();
    });
  }
});
