import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import sharp from "sharp";
import { Random } from "../../src/core/Random.js";
import { imageFacts } from "../../src/data/images/imageFacts.js";
import { ImageDataset } from "../../src/data/ImageDataset.js";
import { tellingFacts } from "../../src/interpretation/tellingFacts.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";

/** Grey noise; `lighter` is added to every pixel. */
async function noise(file: string, seed: number, { width = 24, height = 20, lighter = 0, blur = 0 } = {}) {
  const random = new Random(seed);
  const pixels = Uint8Array.from({ length: width * height }, () => random.uniform(60, 120) + lighter);
  mkdirSync(path.dirname(file), { recursive: true });
  const image = sharp(pixels, { raw: { width, height, channels: 1 } });
  await (blur > 0 ? image.blur(blur) : image).png().toFile(file);
  return file;
}

async function setOf(
  options: Readonly<Record<string, (i: number) => object>>,
  patient?: (i: number) => number,
): Promise<ImageDataset> {
  const folder = temporaryFolder();
  const classes = Object.keys(options);
  const items = [];
  for (const [label, [name, of]] of Object.entries(options).entries()) {
    for (let i = 0; i < 20; i++) {
      const file = await noise(path.join(folder, name, `${i}.png`), 100 * label + i, of(i));
      const number = 100 * label + i;
      items.push({ path: file, label, class: name, ...(patient && { patient: patient(number) }) });
    }
  }
  return new ImageDataset(items, classes);
}

describe("facts that tell classes", () => {
  it("are named, the most telling first, with the class and the direction", async () => {
    const [first, ...others] = await tellingFacts(
      await setOf({ a: () => ({}), b: () => ({ lighter: -20 }) }),
    );
    assert.deepEqual(
      [first?.fact, first?.class, first?.inClass, first?.auc.value],
      ["brightness", "b", "smaller", 1],
    );
    assert.deepEqual(new Set(others.map(({ fact }) => fact)), new Set(["bytes", "sharpness"]));
    assert.ok(others.every(({ auc }) => (auc.value ?? NaN) < 0.8));
  });

  it("are shown with class names in quotation marks that would be taken for several names", async () => {
    const told = await tellingFacts(await setOf({ a: () => ({}), "b,c": () => ({ lighter: -20 }) }));
    assert.match(inspect(told), /smaller in "b,c"/);
  });

  it("say which of several classes they tell best, and take patients into account", async () => {
    const images = {
      a: () => ({}),
      b: (i: number) => ({ width: 24 + (i % 2) }),
      c: () => ({ blur: 2 }),
    };
    const alone = await tellingFacts(await setOf(images));
    const sharpness = alone.find(({ fact }) => fact === "sharpness");
    assert.deepEqual([sharpness?.class, sharpness?.inClass, sharpness?.auc.value], ["c", "smaller", 1]);
    const wide = alone.find(({ fact }) => fact === "width");
    assert.deepEqual([wide?.class, wide?.inClass], ["b", "larger"]);
    const patients = await tellingFacts(await setOf(images, (i) => Math.floor(i / 10)));
    const of = (rows: typeof alone) => rows.find(({ fact }) => fact === "width")?.auc;
    assert.equal(of(patients)?.value, of(alone)?.value);
    assert.notEqual(of(patients)?.low, of(alone)?.low);
  });

  it("has sharpness as OpenCV computes it within an image", async () => {
    // A single bright pixel of 100: the Laplacian is -400 there, 100 beside it, 0 elsewhere.
    const [width, height] = [8, 7];
    const pixels = new Uint8Array(width * height);
    pixels[3 * width + 4] = 100;
    const file = path.join(temporaryFolder(), "one.png");
    await sharp(pixels, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(file);
    const [facts] = await imageFacts([file]);
    const n = (width - 2) * (height - 2);
    assert.equal(facts?.sharpness.toFixed(6), ((400 ** 2 + 4 * 100 ** 2) / n).toFixed(6));
    assert.equal(facts.brightness, 100 / (width * height));
  });

  it("refuses images of one class", async () => {
    await refuses(tellingFacts(await setOf({ a: () => ({}) })), "one class, a", "two classes");
  });
});
