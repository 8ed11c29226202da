import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import sharp from "sharp";
import { drawPhantom } from "../../src/xrays/drawPhantom.js";
import { Random } from "../../src/core/Random.js";
import { projectRoot } from "../../src/core/environment.js";

/** The real X-rays beside the project, for what no drawn image can show. */
export const xrays = path.join(projectRoot, "..", "shared", "chest_xray");
export const nativeXrays = path.join(projectRoot, "..", "shared", "chest_xray_native");

/** For tests that need the article's own images; the reason says what to put where. */
export const needsXrays = {
  skip: existsSync(xrays)
    ? false
    : `put the 5856 X-rays of doi 10.17632/rscbjbr9sj (train and test, the 16 of val in train) into ${xrays}`,
};

/** An empty folder, removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "xray-data-"));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const classes = ["NORMAL", "PNEUMONIA"] as const;
const splits = [
  { name: "train", most: 28 },
  { name: "test", most: 7 },
] as const;
let drawn = "";

// Before the first test: the tests themselves take copies.
before(async () => {
  drawn = mkdtempSync(path.join(os.tmpdir(), "xray-drawn-"));
  for (const { name, most } of splits) {
    for (const [label, className] of classes.entries()) {
      const folder = path.join(drawn, name, className);
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < most; i++) {
        const side = 200;
        const pixels = drawPhantom(side, label === 1, new Random(1, label, i, most));
        // Of many shapes, as the real ones are.
        const [height, width] = [side - ((i * 7) % 40), side - ((i * 13) % 70)];
        await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
          .extract({ left: 0, top: 0, height, width })
          .toColourspace("b-w")
          .jpeg({ quality: 90 })
          .toFile(path.join(folder, `image-${String(i).padStart(2, "0")}.jpeg`));
      }
    }
  }
});
after(() => {
  rmSync(drawn, { recursive: true, force: true });
});

/** A folder with `train` and `test` and so many drawn X-rays of each class, at most 28 and 7. */
export function smallSet(trainPerClass: number, testPerClass: number): string {
  const folder = temporaryFolder();
  for (const [{ name }, count] of [
    [splits[0], trainPerClass],
    [splits[1], testPerClass],
  ] as const) {
    for (const className of classes) {
      const [from, to] = [path.join(drawn, name, className), path.join(folder, name, className)];
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(from).sort().slice(0, count))
        cpSync(path.join(from, file), path.join(to, file));
    }
  }
  return folder;
}

/**
 * A folder with a small image at each of these names, no two of them alike.
 * @param names below the folder, "/" between their parts; their endings tell nothing, all are PNG
 */
export async function imagesAt(...names: readonly string[]): Promise<string> {
  const root = temporaryFolder();
  for (const [k, name] of names.entries()) {
    const file = path.join(root, ...name.split("/"));
    mkdirSync(path.dirname(file), { recursive: true });
    const background = { r: k & 255, g: k >> 8, b: 90 };
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toFile(file);
  }
  return root;
}
