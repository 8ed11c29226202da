import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, describe, it, mock } from "node:test";
import { inspect } from "node:util";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { currentDisplay } from "../../src/core/Display.js";
import { Random } from "../../src/core/Random.js";
import { tf } from "../../src/engine/tensorflow.js";
import { projectRoot } from "../../src/core/environment.js";
import { camOf, gradCam } from "../../src/interpretation/gradCam.js";
import { layerCam, layerMapOf } from "../../src/interpretation/layerCam.js";
import { occlusionMap, occlusionSensitivity } from "../../src/interpretation/occlusionSensitivity.js";
import { showHeatMaps } from "../../src/interpretation/showHeatMaps.js";
import { overlay } from "../../src/interpretation/heatMap.js";
import { Cnn } from "../../src/models/Cnn.js";
import { createHead } from "../../src/models/createHead.js";
import { models } from "../../src/models/models.js";
import type { Learner } from "../../src/training/Learner.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { drawnNet } from "../support/drawnNet.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";
import { tinyNet } from "../support/tinyNet.js";

const drawn = (size: number, formula: (i: number, j: number, c: number) => number): Float32Array =>
  Float32Array.from({ length: size * size * 3 }, (_, k) =>
    formula(Math.floor(k / 3 / size), Math.floor(k / 3) % size, k % 3),
  );

describe("Grad-CAM beside PyTorch's", () => {
  const file = path.join(projectRoot, "test", "interpretation", "reference_grad_cam.json");
  const { size, cases } = JSON.parse(readFileSync(file, "utf8")) as {
    size: number;
    cases: {
      label: number;
      logits: number[];
      cam: number[];
      layerCam: Record<string, { cells: number; values: number[] }>;
      occlusion: { window: number; stride: number; values: number[] }[];
    }[];
  };
  let net: Cnn;
  before(async () => {
    const body = await models.resnet50.createBody("0", true);
    net = new Cnn(body, createHead("1", { features: body.features, c: 2 }, new Random(1)));
    const waves: Record<string, [step: number, scale: number, shift: number]> = {
      "1.2.weight": [0.7, 0.2, 1],
      "1.2.bias": [0.3, 0.1, 0],
      "1.2.running_mean": [0.5, 0.2, 0.4],
      "1.2.running_var": [0.9, 0.3, 1],
      "1.4.weight": [1.3, 0.05, 0],
      "1.4.bias": [2.1, 0.1, 0],
      "1.6.weight": [1.7, 0.2, 1],
      "1.6.bias": [1.3, 0.1, 0],
      "1.6.running_mean": [1.5, 0.2, 0.4],
      "1.6.running_var": [1.9, 0.3, 1],
      "1.8.weight": [1.7, 0.1, 0],
      "1.8.bias": [2.3, 0.1, 0],
    };
    for (const variable of net.head.state()) {
      const [step = NaN, scale = NaN, shift = NaN] = waves[variable.name] ?? [];
      const values = Float32Array.from(
        { length: variable.size },
        (_, i) => scale * Math.sin(step * i) + shift,
      );
      variable.assignValues(values);
    }
  });
  after(() => {
    net.dispose();
  });

  cases.forEach(({ label, logits, cam, layerCam: layers, occlusion }, image) => {
    const x = drawn(
      size,
      (i, j, c) =>
        Math.sin(0.11 * (image + 1) * i) + Math.cos(0.07 * j * (c + 1)) + 0.5 * Math.sin(0.013 * i * j),
    );

    it(`image ${image}: LayerCAM of two layers, one of them the default`, () => {
      for (const [layer, { cells, values }] of Object.entries(layers)) {
        const given = cells >= 16 ? undefined : Number(layer);
        const ours = layerMapOf(net, { x, shape: [1, size, size, 3] }, () => label, given);
        assert.deepEqual([ours.map.height, ours.map.width], [cells, cells]);
        const highest = Math.max(...values);
        assert.ok(highest > 0, "the map says something");
        values.forEach((value, k) => {
          assert.ok(Math.abs((ours.map.values[k] ?? NaN) - value) < 1e-3 * highest, `${layer}: cell ${k}`);
        });
      }
      assert.ok(net.parameters().every(({ grad }) => grad === undefined));
    });

    it(`image ${image}: occlusion as captum has it, squares that reach over the end included`, async () => {
      for (const { values, ...squares } of occlusion) {
        const { map } = await occlusionMap(net, { x, shape: [1, size, size, 3] }, () => label, squares);
        const ours = Array.from(
          { length: 20 * 20 },
          (_, k) => map.values[5 * Math.floor(k / 20) * size + 5 * (k % 20)],
        );
        const scale = Math.max(...values.map(Math.abs));
        assert.equal(values.length, ours.length);
        values.forEach((value, k) => {
          assert.ok(Math.abs((ours[k] ?? NaN) - value) < 1e-3 * scale, `${squares.window}: ${k}`);
        });
      }
    });

    it(`image ${image}: logits and map are equal to a thousandth`, () => {
      const ours = camOf(net, { x, shape: [1, size, size, 3] }, () => label);
      assert.equal(ours.map.values.length, cam.length);
      const highest = Math.max(...cam);
      assert.ok(highest > 0, "the map says something");
      cam.forEach((value, k) => {
        assert.ok(Math.abs((ours.map.values[k] ?? NaN) - value) < 1e-3 * highest, `cell ${k}`);
      });
      const scale = Math.max(...logits.map(Math.abs));
      logits.forEach((value, k) => {
        assert.ok(Math.abs((ours.logits[k] ?? NaN) - value) < 1e-3 * scale, `logit ${k}`);
      });
    });
  });
});

describe("gradCam", () => {
  let learn: Learner<ImageDataBunch> | undefined;
  afterEach(() => {
    learn?.dispose();
    learn = undefined;
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  });

  it("gives a learner and its exported file the same map, and their predictions", async () => {
    learn = await tinyLearner();
    await learn.fitOneCycle(1);
    const [image = ""] = validPaths(learn);
    const inference = await loadLearner(await learn.export());
    const [ours, theirs] = [await gradCam(learn, image), await gradCam(inference, readFileSync(image))];
    inference.dispose();
    assert.deepEqual(theirs.map, ours.map);
    assert.equal(ours.class, ours.prediction.class);
    const predicted = await learn.predict(image);
    predicted.probabilities.forEach((p, i) => {
      assert.ok(Math.abs(p - (ours.prediction.probabilities[i] ?? NaN)) < 1e-5);
    });
    assert.equal(ours.pixels.length, 32 * 32 * 3);
  });

  it("explains the class that is asked for, and refuses others", async () => {
    learn = await tinyLearner();
    const [image = ""] = validPaths(learn);
    for (const name of learn.data.classes) {
      assert.equal((await gradCam(learn, image, { class: name })).class, name);
    }
    await refuses(gradCam(learn, image, { class: "CAT" }), '"CAT"', "NORMAL, PNEUMONIA");
    const fine = await layerCam(learn, image, { class: "NORMAL" });
    assert.deepEqual([fine.class, fine.map.height], ["NORMAL", 16]);
    assert.deepEqual((await layerCam(learn, image, { layer: 6 })).map.height, 1);
    await refuses(layerCam(learn, image, { layer: 7 }), "layer is 7", "6");
    await refuses(layerCam(learn, image, { layer: 1.5 }), "layer is 1.5", "whole number");
  });

  it("covers squares of the size that is asked for, and shows maps beside their images", async () => {
    learn = await tinyLearner();
    const [image = "", second = ""] = validPaths(learn);
    const found = await occlusionSensitivity(learn, image, { class: "PNEUMONIA", window: 16, stride: 16 });
    assert.deepEqual([found.class, found.map.height, found.map.width], ["PNEUMONIA", 32, 32]);
    // Four squares that do not overlap: one value in each.
    assert.equal(new Set(found.map.values).size, 4);
    assert.match(inspect(found), /^Occlusion sensitivity of what speaks for PNEUMONIA: 32 x 32 cells/);
    await refuses(occlusionSensitivity(learn, image, { window: 33 }), "window is 33", "1 to 32");
    await refuses(occlusionSensitivity(learn, image, { window: 4, stride: 5 }), "stride is 5", "1 to 4");
    const shown: string[] = [];
    const show = mock.method(currentDisplay(), "image", (_: unknown, { alt }: { alt: string }) =>
      shown.push(alt),
    );
    await showHeatMaps([found, await gradCam(learn, second)]);
    show.mock.restore();
    assert.match(
      shown.join(),
      /^4 images and heat maps, row by row: predicted: \w+, heat map: PNEUMONIA, predicted/,
    );
    await refuses(showHeatMaps([]), "no heat maps");
    const other = { ...found, size: 64 };
    await refuses(showHeatMaps([found, other]), "of 32 and of 64 pixels");
  });

  for (const name of ["mobilenetV2", "resnet18", "resnet101", "densenet121", "efficientNetLite0"] as const) {
    it(`leaves no gradient with the parameters of ${name}`, async () => {
      const body = await models[name].createBody("0", false);
      const net = drawnNet(body, new Random(1), { c: 2 });
      const x = drawn(64, (i, j, c) => Math.sin(i + 2 * j + c));
      const { map, logits } = camOf(net, { x, shape: [1, 64, 64, 3] }, () => 1);
      assert.deepEqual([map.height, map.width], [2, 2]);
      assert.ok(map.values.every(Number.isFinite) && logits.every(Number.isFinite));
      const fine = layerMapOf(net, { x, shape: [1, 64, 64, 3] }, () => 1);
      assert.deepEqual([fine.map.height, fine.map.width], [16, 16]);
      logits.forEach((logit, k) => {
        assert.ok(Math.abs(logit - (fine.logits[k] ?? NaN)) < 1e-4 * Math.max(1, Math.abs(logit)));
      });
      assert.ok(net.parameters().every(({ grad }) => grad === undefined));
      net.dispose();
    });
  }

  it("is what finite differences of the logit say", () => {
    // All channels moved together at one cell change the logit by the sum of their gradients.
    const net = tinyNet(2);
    const head = net.head;
    const values = Float32Array.from({ length: 4 * 128 }, (_, i) => 1 + Math.sin(i));
    const logit = (moved: Float32Array): number =>
      tf.tidy(() => {
        const x = tf.tensor(moved, [1, 2, 2, moved.length / 4], "float32");
        return head.forward(x, { training: false }).dataSync<"float32">()[1] ?? NaN;
      });
    const features = net.body.features;
    const x = values.subarray(0, 4 * features);
    const gradient = tf.tidy(() => {
      const input = tf.tensor(x, [1, 2, 2, features], "float32");
      head.forward(input, { training: false, differentiable: true });
      const dx = head.backward(tf.tensor(Float32Array.of(0, 1), [1, 2], "float32"), true);
      return dx?.dataSync<"float32">().slice() ?? new Float32Array();
    });
    for (const parameter of head.parameters()) parameter.zeroGrad();
    const step = 1e-3;
    const [up, down] = [step, -step].map((by) => logit(x.map((value) => value + by)));
    const sum = gradient.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(((up ?? NaN) - (down ?? NaN)) / (2 * step) - sum) < 1e-2 * Math.max(1, Math.abs(sum)));
    net.dispose();
  });
});

describe("the heat map's overlay", () => {
  it("is brightest where the map is highest, and dark where it is 0", () => {
    const map = { values: Float32Array.of(0, 0, 0, 2), height: 2, width: 2 };
    const out = overlay({ map, pixels: new Float32Array(8 * 8 * 3), size: 8 });
    const light = (i: number, j: number): number => out[(i * 8 + j) * 3] ?? NaN;
    assert.ok(light(7, 7) > 0.55);
    assert.ok(light(0, 0) < 0.01);
  });

  it("of a map of zeros is no brighter anywhere", () => {
    const map = { values: new Float32Array(4), height: 2, width: 2 };
    const out = overlay({ map, pixels: new Float32Array(4 * 4 * 3), size: 4 });
    assert.ok(out.every((value) => value < 0.02));
  });
});
