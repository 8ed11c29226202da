import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { drawPhantom } from "../../../src/xrays/drawPhantom.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { Random } from "../../../src/core/Random.js";
import { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { errorRate } from "../../../src/training/metrics/metrics.js";
import { tinyNet } from "../../support/tinyNet.js";
import { temporaryFolder } from "../../support/folders.js";
import { attributes, dicomFile, eightBits, syntaxes } from "../../support/dicomFile.js";

const side = 40;

/** Drawn X-rays as DICOM files: with an ending, with another, with none. */
function dicomSet(): string {
  const root = temporaryFolder();
  const names = (i: number): string => [`${i}.dcm`, `${i}.DICOM`, `image${i}`][i % 3] ?? "";
  for (const [split, count] of [
    ["train", 6],
    ["test", 3],
  ] as const) {
    for (const [label, name] of ["NORMAL", "PNEUMONIA"].entries()) {
      mkdirSync(path.join(root, split, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = drawPhantom(side, label === 1, new Random(i, label, count));
        const elements = {
          ...attributes(side, side),
          ...eightBits(1, "MONOCHROME2"),
          "7FE00010": ["OB", pixels] as const,
        };
        writeFileSync(path.join(root, split, name, names(i)), dicomFile(syntaxes.explicit, elements));
      }
    }
  }
  return root;
}

describe("a folder of DICOM X-rays", () => {
  it("is read, trained on, exported and predicted, and no patient's name leaves the files", async () => {
    const root = dicomSet();
    const data = await ImageDataBunch.fromFolder(root, { valid: "test", size: 32, bs: 4, numWorkers: 1 });
    data.normalize(imagenetStats);
    assert.deepEqual([data.trainDs.length, data.validDs.length], [12, 6]);
    const batch = await data.oneBatch("valid");
    assert.ok(new Set(batch.x).size > 100, "the images are not empty");

    const modelDir = temporaryFolder();
    const learn = new Learner(data, tinyNet(), "tiny", { metrics: [errorRate], modelDir });
    await learn.fitOneCycle(1);
    const { probs } = await learn.getPreds();
    const loaded = await loadLearner(await learn.export());
    const predicted = await loaded.getPreds(data.validDs.items.map((item) => item.path));
    predicted.forEach(({ probabilities }, i) => {
      assert.ok(Math.abs((probabilities[1] ?? NaN) - (probs[2 * i + 1] ?? NaN)) < 1e-5);
    });
    assert.ok(readFileSync(data.validDs.items[0]?.path ?? "").includes("Secret^Patient"));
    for (const file of readdirSync(modelDir)) {
      assert.ok(!readFileSync(path.join(modelDir, file)).includes("Secret"), file);
    }
    assert.ok(!JSON.stringify([predicted, learn.history]).includes("Secret"));
    loaded.dispose();
    learn.dispose();
    await data.close();
  });
});
