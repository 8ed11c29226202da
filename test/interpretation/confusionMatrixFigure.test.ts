import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { Figure } from "../../src/core/Display.js";
import { figureHtml } from "../../src/display/figureHtml.js";
import { themed } from "../../src/display/theme.js";
import { confusionMatrixFigure } from "../../src/interpretation/confusionMatrixFigure.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { Chromium } from "../support/Chromium.js";
import { refuses } from "../support/refuses.js";

const names = (n: number, name = "class"): string[] => Array.from({ length: n }, (_, i) => `${name} ${i}`);
/** Right but for one mistake: the first class was taken for the last. */
const matrixOf = (n: number, right: number): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? right : i === 0 && j === n - 1 ? 1 : 0)),
  );
const numbersOf = (figure: Figure) =>
  figure.data[1] as { readonly text: readonly string[]; readonly textfont: { readonly size: number } };
const layoutOf = (figure: Figure) =>
  figure.layout as {
    readonly width: number;
    readonly height: number;
    readonly margin: Readonly<Record<"l" | "r" | "t" | "b", number>>;
    readonly xaxis: { readonly ticktext: readonly string[]; readonly tickangle: number };
  };
/** Side of a cell in pixels. */
const cellOf = (figure: Figure, n: number) => {
  const { height, margin } = layoutOf(figure);
  return (height - margin.t - margin.b) / n;
};

describe("a confusion matrix", () => {
  for (const [n, right] of [
    [2, 390],
    [3, 12345],
    [10, 940],
    [12, 8],
    [37, 41],
    [60, 3],
  ] as const) {
    it(`of ${n} classes has room for its names, and numbers that fit into their cells`, () => {
      const figure = confusionMatrixFigure(matrixOf(n, right), names(n, "a class with a name"));
      const { text, textfont } = numbersOf(figure);
      const { xaxis, margin } = layoutOf(figure);
      assert.equal(xaxis.ticktext.length, n);
      const longest = Math.max(...text.map(({ length }) => length));
      // A digit is somewhat more than half as wide as it is high.
      assert.ok(0.6 * longest * textfont.size <= cellOf(figure, n), `${textfont.size} px`);
      assert.ok(textfont.size >= 7);
      const room = xaxis.tickangle === 0 ? 0 : 15 * 6 * 0.6;
      assert.ok(margin.b > room && margin.l > 15 * 6 * 0.6, JSON.stringify(margin));
      assert.ok(layoutOf(figure).width <= 1100);
    });
  }

  it("leaves out what would not fit, and zeros among many classes; the words say the rest", () => {
    const shares = numbersOf(confusionMatrixFigure(matrixOf(102, 3), names(102), { normalize: true }));
    assert.deepEqual(shares.text, []);
    const many = confusionMatrixFigure(matrixOf(37, 41), names(37));
    assert.deepEqual(numbersOf(many).text, ["41", "1", ...Array<string>(36).fill("41")]);
    assert.match(
      many.alt,
      /Right: class 0 41 of 42; class 1 41 of 41;.*Mistaken most often: class 0 for class 36 1\.$/,
    );
    assert.ok(many.alt.length < 1500);
    assert.equal(numbersOf(confusionMatrixFigure(matrixOf(10, 4), names(10))).text.length, 100);
  });

  it("takes the side of its cells", async () => {
    const figure = confusionMatrixFigure(matrixOf(102, 3), names(102), { cellSize: 24 });
    assert.equal(cellOf(figure, 102), 24);
    assert.equal(numbersOf(figure).text.length, 103);
    await refuses(() => confusionMatrixFigure(matrixOf(2, 3), names(2), { cellSize: 0 }), "cellSize is 0");
  });

  const noBrowser = installedBrowser() === undefined && "no browser is installed";
  it("of 37 classes is legible in a browser, on a phone too", { skip: noBrowser }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "xray-matrix-"));
    const chromium = await Chromium.start();
    try {
      const plotly = await readFile(createRequire(__filename).resolve("plotly.js-dist-min"), "utf8");
      const figure = confusionMatrixFigure(matrixOf(37, 41), names(37, "a class with a name"));
      const file = path.join(folder, "matrix.html");
      await writeFile(
        file,
        `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><script>${plotly}</script>${figureHtml(themed(figure), figure.alt)}`,
      );
      for (const width of [1280, 390]) {
        await chromium.open(pathToFileURL(file).href, { width, height: 844 });
        const seen = (await chromium.evaluate(`(() => {
          const boxes = (what) => [...document.querySelectorAll(what)].map((each) => each.getBoundingClientRect());
          const names = boxes(".ytick text");
          const numbers = boxes(".scatterlayer text");
          const [title] = boxes(".ytitle");
          return {
            names: names.length,
            apart: Math.min(...names.slice(1).map(({ top }, i) => top - names[i].top)),
            height: names[0].height,
            numbers: numbers.length,
            widest: Math.max(...numbers.map(({ width }) => width)),
            clear: Math.min(...names.map(({ left }) => left)) - title.right,
            page: document.documentElement.scrollWidth,
          };
        })()`)) as Readonly<Record<string, number>>;
        assert.equal(seen.names, 37);
        assert.equal(seen.numbers, 38);
        // Each name is on a line of its own, each number within its cell, and the title beside the names.
        assert.ok((seen.apart ?? 0) >= 20, JSON.stringify(seen));
        assert.ok((seen.widest ?? 99) <= 20, JSON.stringify(seen));
        assert.ok((seen.clear ?? -1) >= 0, JSON.stringify(seen));
        // A phone moves the figure, not the page.
        assert.ok((seen.page ?? 9999) <= width, JSON.stringify(seen));
      }
      // Twelve classes do not fit a phone: a line says so, and the title is whole.
      const title = "Confusion matrix, 624 validation images of 428 patients";
      const twelve = confusionMatrixFigure(matrixOf(12, 9), names(12, "Atelectasis"), { title });
      await writeFile(
        file,
        `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><script>${plotly}</script>${figureHtml(themed(twelve), twelve.alt)}`,
      );
      for (const [width, isCut] of [
        [1280, false],
        [390, true],
      ] as const) {
        await chromium.open(pathToFileURL(file).href, { width, height: 844 });
        const seen = (await chromium.evaluate(`(() => {
          const [place] = document.querySelectorAll(".xray-figure");
          const { left, right } = document.querySelector(".gtitle").getBoundingClientRect();
          const hint = document.querySelector(".xray-scroll-hint");
          return { scrolls: place.scrollWidth > place.clientWidth, left, right, hint: hint?.textContent ?? "",
            focus: place.tabIndex, page: document.documentElement.scrollWidth };
        })()`)) as Readonly<Record<string, unknown>>;
        assert.equal(seen.scrolls, isCut);
        assert.equal(String(seen.hint).includes("scroll the figure sideways"), isCut);
        assert.equal(seen.focus, isCut ? 0 : -1);
        assert.ok(Number(seen.left) >= 0 && Number(seen.right) <= width, JSON.stringify(seen));
        assert.ok(Number(seen.page) <= width, JSON.stringify(seen));
      }
    } finally {
      await chromium.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
