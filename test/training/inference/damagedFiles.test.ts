import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { Random } from "../../../src/core/Random.js";
import { readSafetensors, writeSafetensors } from "../../../src/engine/safetensors.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { UserError } from "../../../src/core/errors.js";
import { modelFrom } from "../../../src/models/models.js";
import { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { temporaryFolder } from "../../support/folders.js";
import { drawnData } from "../../support/drawnData.js";
import { refuses } from "../../support/refuses.js";
import { tinyLearner } from "../../support/tinyLearner.js";
import { tinyNet } from "../../support/tinyNet.js";

const below = (random: Random, n: number): number => Math.floor(random.uniform() * n);

/** A copy with some bytes changed, cut off, doubled or in another's place. */
function damaged(sound: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(sound);
  const [at, length] = [below(random, bytes.length), 1 + below(random, 64)];
  switch (below(random, 5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      bytes.copy(bytes, at, below(random, bytes.length), at + length);
      return bytes;
    default:
      for (let i = 0; i <= below(random, 4); i++) {
        const place = below(random, bytes.length);
        bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << below(random, 8)), place);
      }
      return bytes;
  }
}

describe("a damaged checkpoint", () => {
  it("never loads in silence, and leaves the net as it was", async () => {
    const learn = new Learner(drawnData(), tinyNet(), "tiny", { modelDir: temporaryFolder() });
    await learn.fit(1, 1e-3);
    await learn.save("one");
    const file = path.join(learn.modelDir, "one.safetensors");
    const sound = await readFile(file);
    const weights = () => learn.model.state().map((variable) => variable.values());
    const before = weights();
    const random = new Random(7);
    for (let tried = 0; tried < 300;) {
      const bytes = damaged(sound, random);
      if (bytes.equals(sound)) continue;
      await writeFile(file, bytes);
      await refuses(learn.load("one"), file);
      tried++;
    }
    assert.deepEqual(weights(), before);
    await writeFile(file, sound);
    await learn.load("one");
    learn.dispose();
  });

  const wrong: readonly (readonly [field: string, value: string])[] = [
    ["optimizerStep", "abc"],
    ["optimizerStep", "-1"],
    ["epsilon", "Infinity"],
    ["strideIn", "conv9"],
    ["classes", '"DARK"'],
    ["classes", "["],
    ["draws", '{"net":[1,2,3]}'],
    ["seeds", '["1"]'],
  ];
  it("whose metadata are of other kinds is refused with the field, also as weights of one's own", async () => {
    const learn = new Learner(drawnData(), tinyNet(), "tiny", { modelDir: temporaryFolder() });
    await learn.save("one");
    const file = path.join(learn.modelDir, "one.safetensors");
    const { tensors, metadata } = await readSafetensors(file);
    for (const [field, value] of wrong) {
      await writeSafetensors(file, [...tensors.values()], { ...metadata, [field]: value });
      await refuses(learn.load("one"), `${file} is broken: ${field}`, "learn.save");
      const isGeometry = field === "epsilon" || field === "strideIn";
      if (isGeometry)
        await refuses(modelFrom("resnet50", file).createBody("0", true), `${file} is broken: ${field}`);
    }
    learn.dispose();
  });
});

describe("a checkpoint that several write at once", () => {
  it("is whole, and each of them succeeds", async () => {
    const folder = temporaryFolder();
    const learners = [1, 2, 3].map(
      (seed) => new Learner(drawnData(), tinyNet(seed), "tiny", { modelDir: folder }),
    );
    const [first] = learners;
    assert.ok(first);
    await Promise.all([...learners, ...learners, first, first].map((learn) => learn.save("two")));
    const reader = new Learner(drawnData(), tinyNet(4), "tiny", { modelDir: folder });
    await reader.load("two");
    assert.deepEqual(await readdir(folder), ["two.safetensors"]);
    for (const learn of [...learners, reader]) learn.dispose();
  });
});

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const odd: readonly Json[] = [
  ...[null, true, "", "null", "1", -1, 0, 0.5, 1e-300, 1024, 16384, 1e9, 2 ** 53, [], {}, [null], ["A", "A"]],
  [1024, 1024, 1024, 1024],
  Array.from({ length: 1000 }, () => ({ name: "flipLr", p: 0.5 })),
  "x".repeat(100_000),
  { name: "cutout", p: 1, nHoles: [1e9, 1e9], length: [40, 40] },
  { name: "pad", p: 1, padding: 1e9, mode: "zeros" },
  { kind: "mobilenetV2", epsilon: 1e-5 },
];

/** A copy in which one value, at any depth, is another or gone. */
function changed(value: Json, random: Random): Json {
  if (typeof value !== "object" || value === null || random.bernoulli(0.2)) {
    return odd[below(random, odd.length)] ?? null;
  }
  const keys = Object.keys(value);
  const key = keys[below(random, keys.length)];
  if (key === undefined) return odd[below(random, odd.length)] ?? null;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (name !== key) return [[name, inner]];
    return random.bernoulli(0.1) ? [] : [[name, changed(inner, random)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

describe("an exported file", () => {
  it("whose description was changed loads or is refused in words, at once", async () => {
    const learn = await tinyLearner();
    const file = await learn.export();
    const { tensors, metadata } = await readSafetensors(file);
    const described = JSON.parse(metadata.learner ?? "") as Json;
    const random = new Random(11);
    const tensorsBefore = tf.memory().numTensors;
    let refused = 0;
    for (let i = 0; i < 200; i++) {
      const learner = JSON.stringify(changed(described, random));
      await writeSafetensors(file, [...tensors.values()], { ...metadata, learner });
      const started = performance.now();
      await loadLearner(file).then(
        (loaded) => {
          loaded.dispose();
        },
        (error: unknown) => {
          assert.ok(error instanceof UserError, `${learner.slice(0, 300)}: ${String(error)}`);
          assert.ok(error.message.startsWith(file), error.message);
          assert.ok(error.message.length < 1000, "a person can read it");
          refused++;
        },
      );
      assert.ok(performance.now() - started < 3000, learner.slice(0, 300));
    }
    assert.ok(refused > 120, `${refused} of 200 were refused`);
    assert.equal(tf.memory().numTensors, tensorsBefore);
    learn.dispose();
  });

  const nets: readonly (readonly [what: string, body: Json, message: string])[] = [
    ["1024 blocks", { blocks: [1024, 1, 1, 1] }, "learner.body.blocks[0] is 1024"],
    ["a width of 1024", { width: 1024 }, "has more weights than"],
    ["200 blocks in each layer", { blocks: [200, 200, 200, 200] }, "has more weights than"],
    ["a width of none", { width: 0 }, "learner.body.width is 0"],
  ];
  it("that names a net larger than its arrays is refused before any memory is taken", async () => {
    const learn = await tinyLearner();
    const file = await learn.export();
    const { tensors, metadata } = await readSafetensors(file);
    const described = JSON.parse(metadata.learner ?? "") as { body: object; preparation: object };
    const write = (change: object) =>
      writeSafetensors(file, [...tensors.values()], {
        ...metadata,
        learner: JSON.stringify({ ...described, ...change }),
      });
    const bytes = process.memoryUsage().rss;
    for (const [, body, message] of nets) {
      await write({ body: { ...described.body, ...(body as object) } });
      await refuses(loadLearner(file), message);
    }
    for (const size of [16384, 4097, 0, 1.5, "224"]) {
      await write({ preparation: { ...described.preparation, size } });
      await refuses(loadLearner(file), "learner.preparation.size is");
    }
    const classes = Array.from({ length: 200_000 }, (_, i) => `class ${i}`);
    await write({ classes, positiveClass: classes[0] });
    await refuses(loadLearner(file), "the net wants [200000, 16]");
    assert.ok(process.memoryUsage().rss - bytes < 200e6);
    learn.dispose();
  });
});
