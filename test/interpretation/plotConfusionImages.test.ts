import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { type PictureTable, setDisplay, silentDisplay } from "../../src/core/Display.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { pictureTableHtml, pictureTableWords } from "../../src/display/pictureTableHtml.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { Learner } from "../../src/training/Learner.js";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { Chromium } from "../support/Chromium.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { tinyNet } from "../support/tinyNet.js";

describe("the images behind a confusion matrix", () => {
  const images = temporaryFolder();
  let learn: Learner<ImageDataBunch>;
  let interp: ClassificationInterpretation;
  before(async () => {
    await drawPhantomSet({ folder: images, trainPerClass: 6, testPerClass: 3, side: 96 });
    const data = await ImageDataBunch.fromFolder(images, { valid: "test", size: 32, bs: 4, numWorkers: 0 });
    learn = new Learner(data, tinyNet(), "tiny");
    interp = await ClassificationInterpretation.fromLearner(learn);
  });
  after(() => {
    learn.dispose();
  });

  async function shown(k?: number): Promise<PictureTable> {
    const tables: PictureTable[] = [];
    const previous = setDisplay({ ...silentDisplay, pictureTable: (table) => void tables.push(table) });
    try {
      await interp.plotConfusionImages(learn, { k });
    } finally {
      setDisplay(previous);
    }
    const [table] = tables;
    assert.ok(table && tables.length === 1);
    return table;
  }

  it("are those of their cell, the highest loss first", async () => {
    const table = await shown();
    const counts = table.cells.map((row) => row.map(({ pictures }) => pictures.length));
    assert.deepEqual(counts, interp.confusionMatrix());
    for (const [i, row] of table.cells.entries()) {
      for (const [j, { pictures, note }] of row.entries()) {
        const [actual, predicted] = [learn.data.classes[i], learn.data.classes[j]];
        const own = interp
          .topLosses()
          .filter((item) => item.actual === actual && item.predicted === predicted);
        assert.deepEqual(
          pictures.map(({ caption }) => caption),
          own.map((item) => [
            path.basename(item.path ?? ""),
            `${item.probability.toFixed(4)} for ${actual ?? ""}`,
          ]),
        );
        assert.equal(note, undefined);
      }
    }
  });

  it("are pictures of the image itself", async () => {
    const [first] = (await shown()).cells.flat().flatMap(({ pictures }) => pictures);
    const { width, height, format } = await sharp(first?.jpeg).metadata();
    assert.deepEqual({ width, height, format }, { width: 160, height: 160, format: "jpeg" });
    const file = interp
      .topLosses()
      .find((item) => path.basename(item.path ?? "") === first?.caption[0])?.path;
    const mean = async (image: string | Uint8Array | undefined) =>
      (await sharp(image).greyscale().resize(16, 16).stats()).channels[0]?.mean ?? NaN;
    assert.ok(Math.abs((await mean(first?.jpeg)) - (await mean(file))) < 12);
  });

  it("are the worst ones where a cell has more than are asked for", async () => {
    const table = await shown(1);
    const all = (await shown()).cells.flat();
    for (const [i, { pictures, note }] of table.cells.flat().entries()) {
      const count = all[i]?.pictures.length ?? 0;
      assert.equal(pictures.length, Math.min(1, count));
      assert.deepEqual(pictures[0]?.caption, all[i]?.pictures[0]?.caption);
      assert.equal(note, count > 1 ? "The 1 with the highest loss" : undefined);
    }
  });

  it("refuses what is no number of images", async () => {
    await refuses(interp.plotConfusionImages(learn, { k: 0 }), "k is 0.");
  });

  it("are words in a terminal", async () => {
    const [[{ label } = { label: "" }] = []] = (await shown()).cells;
    assert.match(label, /^Actual \w+, predicted \w+: \d+ images?$/);
    assert.ok(pictureTableWords(await shown()).includes(label));
  });

  describe("on a page", { skip: installedBrowser() === undefined && "there is no browser" }, () => {
    const folder = temporaryFolder();
    let chromium: Chromium;
    before(async () => {
      chromium = await Chromium.start();
      const file = path.join(folder, "page.html");
      const body = pictureTableHtml(await shown());
      await writeFile(
        file,
        `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title><body>${body}</body></html>`,
      );
      await chromium.open(pathToFileURL(file).href, { width: 390, height: 800 });
    });
    after(() => chromium.close());

    /** The number of visible pictures, and which cells' pictures are unfolded. */
    const look = async () =>
      JSON.parse(
        String(
          await chromium.evaluate(`JSON.stringify({
            visible: [...document.images].filter((image) => image.offsetParent !== null && image.checkVisibility()).length,
            open: [...document.querySelectorAll("details[open] summary")].map((each) => each.textContent),
          })`),
        ),
      ) as { visible: number; open: string[] };

    it("unfold where their cell is chosen, and fold where another one is", async () => {
      assert.deepEqual(await look(), { visible: 0, open: [] });
      const cells = (await shown()).cells.flat().filter(({ pictures }) => pictures.length > 0);
      for (const [i, { label, pictures }] of cells.entries()) {
        await chromium.evaluate(`document.querySelectorAll("td a")[${i}].click()`);
        assert.deepEqual(await look(), { visible: pictures.length, open: [label] });
      }
      assert.ok(cells.length > 1);
    });

    it("stay folded on paper where the net was right", async () => {
      const folded =
        '[...document.querySelectorAll("details[data-print=folded] summary")].map((each) => each.textContent)';
      const labels = JSON.parse(String(await chromium.evaluate(`JSON.stringify(${folded})`))) as string[];
      const { cells } = await shown();
      const right = cells.flatMap((row, i) => row.filter((cell, j) => i === j && cell.pictures.length > 0));
      assert.deepEqual(
        labels,
        right.map(({ label }) => label),
      );
      assert.ok(labels.length > 0);
    });

    it("do not make the page wider than a phone", async () => {
      assert.equal(await chromium.evaluate("document.documentElement.scrollWidth <= 390"), true);
    });
  });
});
