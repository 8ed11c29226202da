import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import {
  cnnLearner,
  cutout,
  defineBackbone,
  defineTransform,
  errorRate,
  flipLr,
  getTransforms,
  ImageDataBunch,
  imagenetStats,
  jitter,
  layers,
  loadLearner,
  modelFrom,
  models,
  type Transform,
  type Transforms,
  UserError,
} from "../src/index.js";
import { writeSafetensors } from "../src/engine/safetensors.js";
import { architectures } from "../src/models/bodies/backbones.js";
import { toTorch } from "../src/models/weights/torchLayout.js";
import { smallSet, temporaryFolder } from "./support/folders.js";
import { speckle } from "./support/speckle.js";
import { validPaths } from "./support/tinyLearner.js";
import { tinyVgg8 } from "./support/tinyVgg.js";

const bunches: ImageDataBunch[] = [];
after(() => Promise.all(bunches.map((data) => data.close())));

/** Drawn X-rays, 12 to train and 6 to validate, of 32 x 32 pixels. */
async function load(dsTfms: Transforms, numWorkers = 0): Promise<ImageDataBunch> {
  const options = { valid: "test", size: 32, bs: 4, seed: 3, dsTfms, numWorkers };
  const data = (await ImageDataBunch.fromFolder(smallSet(6, 3), options)).normalize(imagenetStats);
  bunches.push(data);
  return data;
}

const speckled = (): Transforms => {
  const { train, valid } = getTransforms({ xtraTfms: [jitter([0, 0.1]), cutout([1, 2], [4, 8])] });
  return { train: [...train, speckle(0.1, 0.75)], valid: [...valid, speckle(0.05)] };
};

describe("a transform from outside the package", () => {
  it("gives the same pixels with worker threads as without, and others than without the transform", async () => {
    const batches = async (data: ImageDataBunch) => {
      const all: Float32Array[] = [];
      for (const loader of [data.trainDl, data.validDl]) {
        for await (const { x } of loader.batches()) all.push(x);
      }
      return all;
    };
    const here = await batches(await load(speckled()));
    assert.deepEqual(await batches(await load(speckled(), 2)), here);
    const plain = speckled();
    const without = (list: readonly Transform[]) => list.filter(({ name }) => name !== "mine/speckle");
    const others = await batches(await load({ train: without(plain.train), valid: without(plain.valid) }));
    assert.equal(here.length, 5);
    here.forEach((x, i) => {
      assert.notDeepEqual(x, others[i]);
    });
  });

  it("changes pixels in 0..1 before they are normalised, in the order of its steps", async () => {
    const seen: number[][] = [];
    const half = (name: `mine/${string}`, order: number, to: (p: number) => number) =>
      defineTransform({
        name,
        make: () => ({ p: 1 }),
        args: () => [],
        draw: () => ({
          kind: "filter",
          order,
          apply(pixels, size) {
            seen.push([order, size, pixels.length]);
            pixels.forEach((p, k) => (pixels[k] = to(p)));
          },
        }),
      })();
    const last = half("mine/half", 2, () => 0.5);
    const first = half("mine/one", 1, () => 1);
    const data = await load({ train: [], valid: [last, first] }, 1);
    for await (const { x } of data.validDl.batches()) {
      const { mean, std } = imagenetStats;
      for (let k = 0; k < 3; k++) {
        assert.ok(Math.abs((x[k] ?? NaN) - (0.5 - (mean[k] ?? NaN)) / (std[k] ?? NaN)) < 1e-6);
      }
    }
    assert.deepEqual(seen.slice(0, 2), [
      [1, 32, 32 * 32 * 3],
      [2, 32, 32 * 32 * 3],
    ]);
    assert.equal(seen.length, 12);
  });

  it("is told from the package's own by its name", () => {
    const list: readonly Transform[] = [flipLr(0.25), speckle(0.1, 1), jitter([0, 0.5])];
    // Compiles only if a name excludes the transforms that are defined elsewhere.
    const magnitudes = list.flatMap((transform) => (transform.name === "jitter" ? transform.magnitude : []));
    assert.deepEqual(magnitudes, [0, 0.5]);
    assert.deepEqual(speckle(0.1, 1), { name: "mine/speckle", p: 1, strength: 0.1 });
  });

  it("is refused where it would fail later", async () => {
    const define = (name: string, fields: object, args: () => [] = () => []) =>
      defineTransform({
        name,
        make: () => ({ p: 1, ...fields }),
        args,
        draw: () => ({ kind: "flip", order: 10 }),
      });
    assert.throws(
      () => define("rotate", {}),
      /own cannot be called "rotate"\.\nPut .* before it: "mine\/rotate"/,
    );
    for (const wrong of [NaN, undefined, () => 1, new Float32Array(1), [new Date()]]) {
      assert.throws(() => define("mine/odd", { wrong })(), /"mine\/odd" has fields that a file cannot keep/);
    }
    let times = 0;
    const unstable = defineTransform({
      name: "mine/unstable",
      make: () => ({ p: 1, times: times++ }),
      args: () => [],
      draw: () => ({ kind: "flip", order: 10 }),
    });
    assert.throws(
      () => unstable(),
      /"mine\/unstable" is not made again by the arguments that its `args` gives/,
    );
    // As a notebook's cell that is run again: the new definition holds.
    define("mine/again", { old: true })();
    assert.deepEqual(define("mine/again", { old: false })(), { name: "mine/again", p: 1, old: false });
    const unknown = { ...speckle(0.1, 1), name: "mine/nowhere" } as const;
    await assert.rejects(
      load({ train: [unknown], valid: [] }, 1),
      /There is no transform "mine\/nowhere" here\.\nRun its `defineTransform` first/,
    );
  });
});

describe("a backbone from outside the package", () => {
  it("trains with the transform, and is exported, loaded and used in another process that knows both", async () => {
    const data = await load(speckled(), 2);
    const learn = await cnnLearner(data, tinyVgg8, {
      ...{ pretrained: false, metrics: [errorRate], modelDir: temporaryFolder(), linFtrs: 16, seed: 1 },
    });
    const before = learn.model.body.net.parameters().map((parameter) => parameter.values());
    await learn.fitOneCycle(2, { maxLr: 1e-2 });
    // Nothing is frozen.
    learn.model.body.net.parameters().forEach((parameter, i) => {
      assert.notDeepEqual(parameter.values(), before[i], parameter.name);
    });
    const file = await learn.export();
    const loaded = await loadLearner(file);
    const image = validPaths(learn)[0] ?? "";
    assert.equal(loaded.arch, "tinyVgg8");
    const { probabilities } = await loaded.predict(image);
    loaded.dispose();

    const state = () => learn.model.state().map((variable) => variable.values());
    const trained = state();
    await learn.save("mine");
    await learn.fit(1, 1e-2);
    await learn.load("mine");
    assert.deepEqual(state(), trained);
    await learn.TTA();

    const support = path.join(__dirname, "support");
    const program = `
      const { loadLearner } = require(${JSON.stringify(path.join(__dirname, "../src/index.js"))});
      loadLearner(${JSON.stringify(file)})
        .then(async (learner) => {
          const { probabilities } = await learner.predict(${JSON.stringify(image)});
          console.log(JSON.stringify([...probabilities]));
          learner.dispose();
        })
        .catch((error) => console.log(error.message));`;
    const elsewhere = async (...modules: string[]): Promise<string> => {
      const known = modules.flatMap((name) => ["--require", path.join(support, name)]);
      const { stdout } = await promisify(execFile)(process.execPath, [...known, "-e", program]);
      return stdout;
    };
    assert.deepEqual(JSON.parse(await elsewhere("tinyVgg.js", "speckle.js")), [...probabilities]);
    assert.match(await elsewhere(), /exported with the backbone "tinyVgg", which is not defined here/);
    assert.match(await elsewhere("tinyVgg.js"), /the transform "mine\/speckle", which is not defined here/);
    learn.dispose();
  });

  it("takes the weights of a file, by the file's geometry if its schema allows it", async () => {
    const file = path.join(temporaryFolder(), "vgg.safetensors");
    const body = await tinyVgg8.createBody("0", false);
    const tensors = body.net.state().map((variable, i) => {
      variable.assignValues(new Float32Array(variable.size).fill(i));
      return toTorch(variable, variable.name.slice(2));
    });
    await writeSafetensors(file, tensors, { epsilon: "0.0001" });
    const read = await modelFrom("tinyVgg8", file).createBody("5", true);
    assert.deepEqual(read.spec, body.spec);
    assert.deepEqual(
      read.net.state().map((variable) => variable.values()),
      body.net.state().map((variable) => variable.values()),
    );
    await writeSafetensors(file, tensors, { epsilon: "0.5" });
    await assert.rejects(
      modelFrom("tinyVgg8", file).createBody("5", true),
      /is broken: it holds .*0\.5.* \(expected the spec of tinyVgg8\)/,
    );
    for (const { net } of [body, read]) net.dispose();
  });

  it("is in models as soon as backbones.ts lists it, with weights that are fetched or without", async () => {
    assert.deepEqual(Object.keys(models).sort(), Object.keys(architectures).sort());
    const data = await load(getTransforms());
    await assert.rejects(
      cnnLearner(data, models.resnet34),
      /no pretrained weights of the net resnet34\.\nGive/,
    );
    const options = { pretrained: false, modelDir: temporaryFolder(), linFtrs: 8, seed: 1 };
    const learn = await cnnLearner(data, models.resnet18, options);
    assert.equal(learn.arch, "resnet18");
    await learn.fit(1, 1e-3);
    const file = await learn.export();
    learn.dispose();
    const loaded = await loadLearner(file);
    assert.equal(loaded.arch, "resnet18");
    loaded.dispose();
  });

  it("is refused where it would fail later", async () => {
    const data = await load(getTransforms());
    await assert.rejects(cnnLearner(data, tinyVgg8), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /no pretrained weights of the net tinyVgg8\.\nGive `pretrained: false`/);
      return true;
    });
    const define = (kind: string, net: string) =>
      defineBackbone({
        kind,
        nets: { [net]: { kind } },
        build: (_, spec) => ({ net: new layers.Sequential([]), features: 3, split: 0, spec }),
      });
    assert.throws(() => define("resnet", "mine"), /There is a backbone "resnet" already/);
    assert.throws(() => define("mine", "resnet50"), /There is a backbone "resnet50" already/);
    assert.throws(
      () => modelFrom("resnet51", "file"),
      /There is no net "resnet51"\.\nChoose one of: .*resnet18, .*tinyVgg8/,
    );
  });
});
