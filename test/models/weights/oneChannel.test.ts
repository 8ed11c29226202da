import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";
import { type StoredTensor, writeSafetensors } from "../../../src/engine/safetensors.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { denseNetBody } from "../../../src/models/bodies/DenseNet.js";
import { netNamed } from "../../../src/models/bodies/backbones.js";
import { modelFrom, models } from "../../../src/models/models.js";
import { torchShape } from "../../../src/models/weights/torchLayout.js";
import { hashDrawn, hashInitial } from "../../../src/parity/hashDrawn.js";
import { temporaryFolder } from "../../support/folders.js";
import { near } from "../../support/near.js";
import { refuses } from "../../support/refuses.js";

const record = JSON.parse(
  readFileSync(path.join(projectRoot, "test", "models", "weights", "xrayvision.json"), "utf8"),
) as { size: number; shape: number[]; largest: number; values: number[] };

/** A DenseNet-121's weights as a file has them, drawn as `xrayvision.py` draws them, for images of so many channels. */
async function written(channels: number, rename = (name: string) => name): Promise<string> {
  const body = await models.densenet121.createBody("0", false);
  const { backbone } = netNamed("densenet121");
  const tensors = body.net.state().map((variable): StoredTensor => {
    const name = backbone.torchvisionName?.(variable.name.slice(2)) ?? "";
    const shape = torchShape(variable);
    if (name === "features.conv0.weight") shape[1] = channels;
    return { name: rename(name), shape, values: hashInitial(name, shape) };
  });
  body.net.dispose();
  const file = path.join(temporaryFolder(), "net.safetensors");
  await writeSafetensors(file, tensors, {});
  return file;
}

describe("weights of a DenseNet-121 for X-rays of one channel", () => {
  const image = hashDrawn("image", record.size ** 2);
  const x = Float32Array.from(
    { length: 3 * image.length },
    (_, k) => 1024 * (image[Math.floor(k / 3)] ?? NaN),
  );

  it("compute what torchxrayvision does", async () => {
    const body = await modelFrom("densenet121", await written(1)).createBody("0", true);
    const features = tf.tidy(() => {
      const y = body.net.forward(tf.tensor(x, [1, record.size, record.size, 3]), { training: false });
      return tf.transpose(y, [0, 3, 1, 2]).dataSync<"float32">().slice();
    });
    body.net.dispose();
    assert.equal(
      features.length,
      record.shape.reduce((a, b) => a * b, 1),
    );
    const ours = record.values.map((_, k) => features[64 * k] ?? NaN);
    near(ours, record.values, 1e-4, "features");
    assert.equal(tf.memory().numTensors, 0);
  });

  it("are found by the names that older files have", async () => {
    const older = await written(3, (name) => name.replace(/(denselayer\d+\.(norm|conv))/, "$1."));
    const body = await modelFrom("densenet121", older).createBody("0", true);
    const [weight] = body.net.state().filter(({ name }) => name.endsWith("denselayer7.conv2.weight"));
    assert.ok(weight?.values().some((value) => value !== 0));
    body.net.dispose();
  });

  it("are refused for images of four channels", async () => {
    const file = await written(4);
    await refuses(
      modelFrom("densenet121", file).createBody("0", true),
      "features.conv0.weight takes images of 4 channels",
      "3 channels, or of one",
    );
  });
});

it("has torchvision's parameters", () => {
  const { net } = denseNetBody("0", {
    kind: "densenet",
    blocks: [6, 12, 24, 16],
    growth: 32,
    width: 64,
    epsilon: 1e-5,
  });
  // torchvision's 7,978,856 without the classifier's 1,025,000.
  assert.equal(
    net.parameters().reduce((sum, { size }) => sum + size, 0),
    6_953_856,
  );
  net.dispose();
});
