import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { setDisplay, silentDisplay, type Table } from "../../src/core/Display.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { borderArea, shareInBorder, borderAttention } from "../../src/interpretation/borderAttention.js";
import type { Learner } from "../../src/training/Learner.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";

describe("images with their losses", () => {
  const made: Learner<ImageDataBunch>[] = [];
  afterEach(() => {
    for (const learn of made.splice(0)) learn.dispose();
  });

  async function interpreted() {
    const learn = await tinyLearner();
    made.push(learn);
    return { learn, interp: await ClassificationInterpretation.fromLearner(learn) };
  }

  async function shown(work: () => Promise<void>): Promise<{ alts: string[]; tables: Table[] }> {
    const [alts, tables]: [string[], Table[]] = [[], []];
    const previous = setDisplay({
      ...silentDisplay,
      image: (_, { alt }) => void alts.push(alt),
      table: (table) => void tables.push(table),
    });
    try {
      await work();
    } finally {
      setDisplay(previous);
    }
    return { alts, tables };
  }

  it("stand below fast.ai's title, the worst first", async () => {
    const { learn, interp } = await interpreted();
    const { alts, tables } = await shown(() => interp.plotTopLosses(learn, 2));
    const titles = interp
      .topLosses(2)
      .map(
        ({ predicted, actual, loss, probability }) =>
          `${predicted} / ${actual} / ${loss.toFixed(2)} / ${probability.toFixed(2)}`,
      );
    assert.deepEqual(alts, [`2 validation images, row by row: ${titles.join(", ")}`]);
    assert.equal(tables.length, 0);
  });

  it("have their heat maps beside them, of the actual class, and a table of where they lie", async () => {
    const { learn, interp } = await interpreted();
    const { alts, tables } = await shown(() => interp.plotTopLosses(learn, 1, { heatmap: true }));
    assert.match(alts[0] ?? "", new RegExp(`, heat map: ${interp.topLosses(1)[0]?.actual ?? "?"}$`));
    assert.equal(tables[0]?.rows.length, 2);
  });

  it("are shown class by class, right and wrong", async () => {
    const { learn, interp } = await interpreted();
    const { alts } = await shown(() => interp.plotCases(learn, 9));
    const kinds = new Set(interp.topLosses().map(({ actual, predicted }) => `${actual}-${predicted}`));
    assert.equal(alts.length, kinds.size);
  });

  it("are refused in other numbers than whole ones from 1 on", async () => {
    const { learn, interp } = await interpreted();
    for (const k of [0, -1, 1.5, NaN]) await refuses(interp.plotTopLosses(learn, k), `k is ${k}`);
  });
});

describe("the share of a map in the border", () => {
  it("is the border's area for a map that is the same everywhere", () => {
    for (const side of [8, 10, 16]) {
      const map = { values: new Float32Array(side * side).fill(2), height: side, width: side };
      assert.ok(Math.abs(shareInBorder(map) - borderArea) < 1e-9, `${side} cells`);
    }
  });

  it("is 0 for a map in the middle, 1 in a corner, and none for zeros", () => {
    const only = (cell: number) => {
      const values = new Float32Array(64);
      if (cell >= 0) values[cell] = 1;
      return { values, height: 8, width: 8 };
    };
    assert.equal(shareInBorder(only(8 * 4 + 4)), 0);
    assert.equal(shareInBorder(only(0)), 1);
    assert.ok(Number.isNaN(shareInBorder(only(-1))));
    const coarse = { values: Float32Array.of(1, 0, 0, 0), height: 2, width: 2 };
    assert.ok(Number.isNaN(shareInBorder(coarse)), "cells are larger than the border");
    const { rows, note = "" } = borderAttention([{ map: coarse, name: "a.png", actual: "A" }]);
    assert.deepEqual(rows[0], ["a.png", "A", "–"]);
    assert.match(note, /2 x 2 cells, which are larger than the border; layerCam/);
    const images = [0, 36, -1].map((cell, i) => ({ map: only(cell), name: `${i}`, actual: "A" }));
    assert.deepEqual(borderAttention(images).rows, [
      ["0", "A", "1.000"],
      ["1", "A", "0.000"],
      ["2", "A", "–"],
      ["mean of 2", "A", "0.500"],
    ]);
  });
});
