import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { promisify } from "node:util";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { readSafetensors, writeSafetensors } from "../../../src/engine/safetensors.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { Random } from "../../../src/core/Random.js";
import { UserError } from "../../../src/core/errors.js";
import { models } from "../../../src/models/models.js";
import type { InferenceLearner } from "../../../src/training/inference/InferenceLearner.js";
import type { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import type { Prediction } from "../../../src/training/inference/Prediction.js";
import { slice } from "../../../src/training/optimizers/slice.js";
import { collectTexts } from "../../support/collectTexts.js";
import { temporaryFolder } from "../../support/folders.js";
import { tinyLearner, validPaths } from "../../support/tinyLearner.js";
import { drawnNet } from "../../support/drawnNet.js";
import { tinyNet } from "../../support/tinyNet.js";

const made: (Learner<ImageDataBunch> | InferenceLearner)[] = [];
async function learner(net = tinyNet()): Promise<Learner<ImageDataBunch>> {
  const learn = await tinyLearner(net);
  made.push(learn);
  return learn;
}
async function load(file: string): Promise<InferenceLearner> {
  const inference = await loadLearner(file);
  made.push(inference);
  return inference;
}
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

function assertSame(actual: readonly Prediction[], probs: Float32Array, classes: readonly string[]): void {
  const c = classes.length;
  assert.equal(actual.length, probs.length / c);
  actual.forEach(({ class: name, label, probabilities }, row) => {
    assert.equal(name, classes[label]);
    assert.equal(Math.max(...probabilities), probabilities[label]);
    probabilities.forEach((p, i) => {
      assert.ok(Math.abs(p - (probs[row * c + i] ?? NaN)) < 1e-5, `${p} of image ${row}`);
    });
  });
}

/** In a process of its own. */
async function predictElsewhere(file: string, images: readonly string[]): Promise<Prediction[]> {
  const program = `
    const { loadLearner } = require(${JSON.stringify(require.resolve("../../../src/training/inference/loadLearner.js"))});
    const [file, ...images] = process.argv.slice(1);
    loadLearner(file)
      .then((learn) => learn.getPreds(images))
      .then((predictions) => console.log(JSON.stringify(predictions)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program, file, ...images]);
  return JSON.parse(stdout) as Prediction[];
}

describe("an exported learner", () => {
  it("predicts in another process what the learner predicted", async () => {
    const learn = await learner();
    await learn.fitOneCycle(1);
    const file = await learn.export();
    assert.equal(path.basename(file), "export.safetensors");
    assert.equal(await learn.export("export.safetensors"), file);
    const { probs, classes } = await learn.getPreds();
    assertSame(await predictElsewhere(file, validPaths(learn)), probs, classes);
  });

  it("does so for the ResNet-18 too", async () => {
    const body = await models.resnet18.createBody("0", false);
    const learn = await learner(drawnNet(body, new Random(1), { c: 2 }));
    learn.freeze();
    await learn.fitOneCycle(1, { maxLr: slice(1e-2) });
    const { probs, classes } = await learn.getPreds();
    assertSame(await predictElsewhere(await learn.export(), validPaths(learn)), probs, classes);
  });

  for (const strideIn of ["conv1", "conv2"] as const) {
    it(`keeps the net's geometry (strides in ${strideIn})`, async () => {
      const learn = await learner(tinyNet(3, { width: 8 }, { strideIn, epsilon: 1e-3 }));
      const inference = await load(await learn.export("other"));
      const { probs, classes } = await learn.getPreds();
      assertSame(await inference.getPreds(validPaths(learn)), probs, classes);
    });
  }

  it("predicts a path, a file's bytes and a folder alike", async () => {
    const learn = await learner();
    const inference = await load(await learn.export());
    const { probs, classes } = await learn.getPreds();
    const paths = validPaths(learn);
    const [first = ""] = paths;
    const own = probs.subarray(0, classes.length);
    // At the same time, as a server would.
    assertSame(
      await Promise.all([first, readFileSync(first)].map((image) => inference.predict(image))),
      Float32Array.of(...own, ...own),
      classes,
    );
    assertSame([await learn.predict(first)], own, classes);
    const all = await inference.getPreds(path.join(learn.data.path, "test"));
    assert.deepEqual(
      all.map((prediction) => prediction.path),
      paths,
    );
    assertSame(all, probs, classes);
  });

  it("names an image that cannot be used", async () => {
    const learn = await learner();
    const inference = await load(await learn.export());
    const text = path.join(temporaryFolder(), "text.jpeg");
    writeFileSync(text, "no image");
    await assert.rejects(inference.predict(text), /text\.jpeg holds text, not an image/);
    await assert.rejects(inference.predict(Buffer.from("no image")), /The image holds text, not an image/);
    await assert.rejects(inference.getPreds([text]), /text\.jpeg holds text/);
    const folder = path.dirname(text);
    renameSync(text, path.join(folder, "notes"));
    await assert.rejects(inference.getPreds(folder), /holds no images\. Left out 1 file .*: 1 text file\./);
    for (const wrong of [undefined, null, 5, [text], ""]) {
      await assert.rejects(inference.predict(wrong as unknown as string), {
        name: "UserError",
        message: /was given in place of an image/,
      });
    }
    await assert.rejects(inference.predict("/nowhere.png"), /\/nowhere\.png cannot be read/);
  });
});

describe("loadLearner refuses", () => {
  /** An exported file with other metadata. */
  async function changed(change: (metadata: Record<string, string>) => object): Promise<string> {
    const learn = await learner();
    const file = await learn.export();
    const { tensors, metadata } = await readSafetensors(file);
    const described = { ...metadata, ...change({ ...metadata }) };
    await writeSafetensors(file, [...tensors.values()], described);
    return file;
  }
  /** The file in another folder. */
  function renamed(file: string, folder: string): string {
    const moved = path.join(folder, "moved.safetensors");
    renameSync(file, moved);
    return moved;
  }
  type Described = Record<string, unknown>;
  const described =
    (change: object | ((learner: Described) => object)) => (metadata: Record<string, string>) => {
      const learner = JSON.parse(metadata.learner ?? "") as Described;
      const changes = typeof change === "function" ? (change as (of: Described) => object)(learner) : change;
      return { learner: JSON.stringify({ ...learner, ...changes }) };
    };
  const cases: [what: string, change: (metadata: Record<string, string>) => object, message: RegExp][] = [
    ["a weight file", () => ({ format: "pt" }), /is a weight file, not an exported learner/],
    ["a later version", () => ({ version: "3" }), /has version 3 of the format; this program reads 1 and 2/],
    [
      "thresholds that are not one for each label",
      described({ labelThresholds: [0.5] }),
      /labelThresholds is \[0.5\] \(expected one for each class\)/,
    ],
    ["thresholds out of range", described({ labelThresholds: [0.5, 1] }), /labelThresholds/],
    [
      "a description that is no JSON",
      () => ({ learner: "{" }),
      /is broken: learner is "\{" \(expected JSON\)/,
    ],
    ["no classes", described({ classes: [] }), /is broken: learner\.classes is \[\]/],
    [
      "another number of classes",
      described({ classes: ["A", "B", "C"], positiveClass: undefined }),
      /1\.8\.weight is \[2, 16\], the net wants \[3, 16\]/,
    ],
    [
      "a positive class of others",
      described({ positiveClass: "COVID" }),
      /learner\.positiveClass is "COVID"/,
    ],
    [
      "a net that is not defined in this process",
      described({ body: { kind: "vgg" } }),
      /was exported with the backbone "vgg", which is not defined here\.\nRun its `defineBackbone`/,
    ],
    [
      "a net without a field",
      described({ body: { kind: "mobilenetV2" } }),
      /is broken: learner\.body\.epsilon is missing/,
    ],
    ["a net without a kind", described({ body: { epsilon: 1e-5 } }), /learner\.body\.kind is missing/],
    [
      "images without a size",
      described({ preparation: { transforms: [] } }),
      /learner\.preparation\.size is missing/,
    ],
    [
      "a transform whose bounds are out of order",
      described({
        preparation: { size: 32, transforms: [{ name: "rotate", p: 1, degrees: [10, -10] }] },
      }),
      /learner\.preparation\.transforms\[0\] is .*rotate/,
    ],
    [
      "a transform without a field",
      described({ preparation: { size: 32, transforms: [{ name: "cropPad", p: 1, rowPct: [0.5, 0.5] }] } }),
      /learner\.preparation\.transforms\[0\] is .*cropPad/,
    ],
    [
      "a transform that is not defined in this process",
      described({ preparation: { size: 32, transforms: [{ name: "blur", p: 1 }] } }),
      /was exported with the transform "blur", which is not defined here\.\nRun its `defineTransform`/,
    ],
  ];
  for (const [what, change, message] of cases) {
    it(what, async () => {
      const file = await changed(change);
      await assert.rejects(loadLearner(file), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(file));
        return true;
      });
    });
  }

  it("keeps weights from a learner whose classes or net they are not", async () => {
    const learn = await learner();
    for (const [change, said] of [
      [
        { classes: ["x", "y"], positiveClass: undefined },
        /a net for the classes \["x","y"\], and this learner's is for \["NORMAL"/,
      ],
      [{ arch: "another" }, /a checkpoint of the net another, and this learner's is tiny/],
    ] as const) {
      const file = await changed(described(change));
      await assert.rejects(learn.load(path.basename(renamed(file, learn.modelDir))), said);
    }
    const said = await collectTexts(async () => {
      await learn.load(path.basename(await learn.export("own")));
      await learn.save("own");
      await learn.load("own");
      const unnormalised = described((metadata) => {
        const preparation = { ...(metadata.preparation as Described), stats: undefined };
        return { preparation };
      });
      await learn.load(path.basename(renamed(await changed(unnormalised), learn.modelDir)));
    });
    assert.deepEqual(
      said.filter((text) => text.startsWith("Warning")).map((text) => text.slice(0, 76)),
      ["Warning: the weights in moved.safetensors are of images not normalised; this"],
    );
  });

  it("a checkpoint, by its name", async () => {
    const learn = await learner();
    await learn.save("one");
    const file = path.join(learn.modelDir, "one.safetensors");
    await assert.rejects(loadLearner(file), /is a checkpoint of `learn\.save`, not an exported learner/);
  });

  it("a file that is cut short, and one that is not there", async () => {
    const learn = await learner();
    const file = await learn.export();
    writeFileSync(file, readFileSync(file).subarray(0, -40));
    await assert.rejects(loadLearner(file), /is cut short/);
    await assert.rejects(loadLearner(`${file}.not`), /cannot be read/);
  });
});
