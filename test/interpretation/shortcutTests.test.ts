import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { Random } from "../../src/core/Random.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { shortcutTests } from "../../src/interpretation/shortcutTests.js";
import { Learner } from "../../src/training/Learner.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { tinyNet } from "../support/tinyNet.js";

const side = 32;

/** Noise, and in one class a white square of 4 pixels whose corner is at the place. */
async function drawMarked(place: number): Promise<string> {
  const folder = temporaryFolder();
  const random = new Random(3);
  for (const [split, count] of [
    ["train", 24],
    ["valid", 16],
  ] as const) {
    for (const name of ["marked", "plain"]) {
      mkdirSync(path.join(folder, split, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = Buffer.from(
          Array.from({ length: side * side }, () => Math.floor(random.uniform(60, 120))),
        );
        if (name === "marked")
          for (let y = place; y < place + 4; y++) pixels.fill(255, y * side + place, y * side + place + 4);
        const raw = { width: side, height: side, channels: 1 } as const;
        await sharp(pixels, { raw })
          .png()
          .toFile(path.join(folder, split, name, `${i}.png`));
      }
    }
  }
  return folder;
}

describe("tests for shortcuts", () => {
  for (const [where, place, isShortcut] of [
    ["in the corner", 0, true],
    ["in the middle", 14, false],
  ] as const) {
    it(`find a marker ${where}`, async () => {
      const data = await ImageDataBunch.fromFolder(await drawMarked(place), {
        ...{ size: side, bs: 8, numWorkers: 0, seed: 1 },
      });
      const learn = new Learner(data.normalize(imagenetStats), tinyNet(1, { width: 8 }), "tiny");
      learn.unfreeze();
      await learn.fitOneCycle(8, { maxLr: 1e-2 });
      const found = await shortcutTests(learn);
      const auc = Object.fromEntries(found.map((test) => [test.images, test.auc.value ?? NaN]));
      const [whole = NaN, border = NaN, middle = NaN] = Object.values(auc);
      assert.ok(whole > 0.95, JSON.stringify(auc));
      assert.ok((isShortcut ? border : middle) > 0.9, JSON.stringify(auc));
      assert.ok((isShortcut ? middle : border) < 0.75, JSON.stringify(auc));
      assert.equal(Object.keys(auc).length, 4);
      await refuses(shortcutTests(learn, { dsType: "test" }), "no test set");
      learn.dispose();
      await data.close();
    });
  }
});
