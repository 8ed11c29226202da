import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import type { FromFolderOptions } from "../../src/data/divisions.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { type ImageStats, imagenetStats } from "../../src/core/imagenetStats.js";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { UserError } from "../../src/core/errors.js";
import { refuses } from "../support/refuses.js";
import { smallSet, temporaryFolder } from "../support/folders.js";

const options: FromFolderOptions = { valid: "test", size: 16, bs: 2, numWorkers: 1 };

describe("bad folders", () => {
  it("a missing folder", () =>
    refuses(ImageDataBunch.fromFolder("no/such/set", options), "no/such/set", "does not exist"));

  it("a file in place of the folder", async () => {
    const file = path.join(temporaryFolder(), "set.zip");
    writeFileSync(file, "");
    await refuses(ImageDataBunch.fromFolder(file, options), file, "is a file");
  });

  it("a missing split", async () => {
    const root = smallSet(2, 1);
    await refuses(ImageDataBunch.fromFolder(root, { ...options, valid: "valid" }), `"valid"`, "test, train");
    rmSync(path.join(root, "train"), { recursive: true });
    await refuses(ImageDataBunch.fromFolder(root, options), path.join(root, "train"), "option");
  });

  it("a class folder without images", async () => {
    const root = smallSet(2, 1);
    const empty = path.join(root, "train", "VIRUS");
    mkdirSync(empty);
    writeFileSync(path.join(empty, "notes.txt"), "no image");
    await refuses(ImageDataBunch.fromFolder(root, options), empty, "holds no images");
  });

  it("one class only", async () => {
    const root = smallSet(2, 1);
    rmSync(path.join(root, "train", "NORMAL"), { recursive: true });
    await refuses(ImageDataBunch.fromFolder(root, options), root, "only one class", "PNEUMONIA");
  });

  it("an image outside any class", async () => {
    const root = smallSet(2, 1);
    const folder = path.join(root, "train", "NORMAL");
    renameSync(path.join(folder, readdirSync(folder)[0] ?? ""), path.join(root, "train", "lost.jpeg"));
    await refuses(ImageDataBunch.fromFolder(root, options), "lost.jpeg", "outside any class");
  });

  it("fewer images than one batch", () =>
    refuses(
      ImageDataBunch.fromFolder(smallSet(3, 1), { ...options, bs: 64 }),
      "6 training images",
      "64",
      "at most 6",
    ));

  it("says which validation images are left out", async () => {
    const root = smallSet(2, 2);
    renameSync(path.join(root, "test", "NORMAL"), path.join(root, "test", "HEALTHY"));
    const said: string[] = [];
    const previous = setDisplay({ ...silentDisplay, text: (text) => void said.push(text) });
    try {
      const data = await ImageDataBunch.fromFolder(root, options);
      assert.deepEqual(data.validDs.counts(), [0, 2]);
      await data.close();
    } finally {
      setDisplay(previous);
    }
    assert.match(said.join("\n"), /2 validation images.*HEALTHY/);
  });
});

describe("bad values", () => {
  const bad: [keyof FromFolderOptions, number][] = [
    ["size", NaN],
    ["size", -64],
    ["size", 64.5],
    ["size", 100_000],
    ["bs", 2.5],
    ["bs", 0],
    ["seed", 0.5],
    ["validPct", 1.5],
    ["validPct", 0],
    ["validPct", NaN],
    ["trainPerClass", -1],
    ["numWorkers", -1],
  ];
  for (const [name, value] of bad) {
    it(`${name}: ${value}`, () =>
      refuses(
        ImageDataBunch.fromFolder(temporaryFolder(), { ...options, [name]: value }),
        `${name} is ${value}`,
      ));
  }
});

describe("bad statistics", () => {
  for (const stats of [
    { mean: [0, 0, 0], std: [0, 1, 1] },
    { mean: [0.5], std: [1, 1, 1] },
    { mean: [0.5, NaN, 0.5], std: [1, 1, 1] },
  ]) {
    it(JSON.stringify(stats), async () => {
      const data = await ImageDataBunch.fromFolder(smallSet(2, 2), options);
      assert.throws(() => data.normalize(stats as unknown as ImageStats), /The statistics are \{"mean"/);
      data.normalize(imagenetStats);
      await data.close();
    });
  }
});

describe("unknown names", () => {
  const bad = { sampler: "balanced", onBadImage: "ignore" };
  for (const [name, value] of Object.entries(bad)) {
    it(`${name}: ${value}`, () =>
      refuses(
        ImageDataBunch.fromFolder(temporaryFolder(), { ...options, [name]: value }),
        `${name} is "${value}"`,
      ));
  }
});

describe("bad images", () => {
  /** A good set with one bad image of each kind; returns the bad paths with the word that names the fault. */
  const badSet = async (): Promise<{ root: string; faults: Map<string, string> }> => {
    const root = smallSet(4, 2);
    const folder = path.join(root, "train", "NORMAL");
    const good = readFileSync(path.join(folder, readdirSync(folder)[0] ?? ""));
    const faults = new Map<string, string>();
    const put = (name: string, content: Uint8Array | string, fault: string): void => {
      writeFileSync(path.join(folder, name), content);
      faults.set(path.join(folder, name), fault);
    };
    put("empty.jpeg", "", "0 bytes");
    put("text.jpeg", "Not found\n", "holds text");
    put("cut.jpeg", good.subarray(0, good.length / 2), "truncated");
    put("noise.png", Buffer.alloc(1000, 0x9b), "no image");
    const raw = { width: 20, height: 20, channels: 3 } as const;
    const colours = sharp(Buffer.alloc(20 * 20 * 3, 90), { raw });
    put("cmyk.jpeg", await colours.clone().toColourspace("cmyk").jpeg().toBuffer(), "CMYK");
    return { root, faults };
  };

  it("are all listed before training, with their faults", async () => {
    const { root, faults } = await badSet();
    await assert.rejects(ImageDataBunch.fromFolder(root, options), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^5 images cannot be used/);
      assert.match(error.remedy, /onBadImage: "skip"/);
      const lines = error.message.split("\n");
      for (const [file, fault] of faults) {
        assert.ok(
          lines.some((line) => line.includes(file) && line.includes(fault)),
          `${file} ${fault}: ${error.message}`,
        );
      }
      return true;
    });
  });

  it("can be left out, each with a word", async () => {
    const { root, faults } = await badSet();
    const said: string[] = [];
    const previous = setDisplay({ ...silentDisplay, text: (text) => void said.push(text) });
    try {
      const data = await ImageDataBunch.fromFolder(root, { ...options, onBadImage: "skip" });
      assert.deepEqual(data.trainDs.counts(), [4, 4]);
      let images = 0;
      for await (const batch of data.trainDl.batches()) images += batch.y.length;
      assert.equal(images, 8);
      await data.close();
    } finally {
      setDisplay(previous);
    }
    for (const file of faults.keys())
      assert.ok(
        said.some((line) => line.includes(file)),
        file,
      );
  });

  it("lists twenty at most", async () => {
    const root = smallSet(2, 1);
    for (let i = 0; i < 25; i++) writeFileSync(path.join(root, "train", "NORMAL", `x${i}.jpeg`), "");
    await refuses(ImageDataBunch.fromFolder(root, options), "25 images cannot be used", "and 5 more");
  });

  it("are found again after a good file has been replaced", async () => {
    const root = smallSet(2, 1);
    await (await ImageDataBunch.fromFolder(root, options)).close();
    const folder = path.join(root, "train", "NORMAL");
    const victim = path.join(folder, readdirSync(folder)[0] ?? "");
    assert.ok(existsSync(victim));
    copyFileSync(__filename, victim);
    await refuses(ImageDataBunch.fromFolder(root, options), victim, "holds text");
  });
});
