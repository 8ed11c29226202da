import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import sharp from "sharp";
import { setDisplay } from "../../src/core/Display.js";
import { NotebookDisplay } from "../../src/display/NotebookDisplay.js";
import { saveFigure } from "../../src/display/saveFigure.js";
import { TerminalDisplay } from "../../src/display/TerminalDisplay.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { Chromium } from "../support/Chromium.js";
import { refuses } from "../support/refuses.js";

const figure = (title: string) => ({
  data: [{ type: "bar", x: ["a", "b"], y: [1, 3] }],
  layout: { title: { text: title }, width: 320, height: 200 },
  alt: `${title}: a 1, b 3.`,
});

describe("saveFigure", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "xray-save-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);

  it("refuses what it cannot write, and where nothing was shown", async () => {
    await refuses(saveFigure(at("a.svg")), "No figure has been shown yet");
    for (const name of ["a", "a.pdf", "svg", "a.svgz"]) {
      await refuses(saveFigure(at(name), figure("one")), name, ".svg, .png, .html");
    }
  });

  it("writes the figure that was shown last in one call, whichever display shows it", async () => {
    const notebook = new NotebookDisplay(() => undefined);
    await notebook.figure(figure("first"));
    await notebook.figure(figure("second"));
    const svg = await saveFigure(at("deeper/one.svg"));
    assert.equal(svg, at("deeper/one.svg"));
    assert.match(await readFile(svg, "utf8"), /^<svg[^]*second/);
    const previous = setDisplay(new TerminalDisplay({ write: () => undefined, isTTY: false }));
    await new TerminalDisplay({ write: () => undefined, isTTY: false }).figure(figure("third"));
    setDisplay(previous);
    const png = await sharp(await readFile(await saveFigure(at("two.PNG")))).metadata();
    assert.deepEqual([png.format, png.width, png.height], ["png", 640, 400]);
    assert.match(await readFile(await saveFigure(at("mine.svg"), figure("mine")), "utf8"), /mine/);
  });

  it("writes a grid of images too", async () => {
    const grid = await sharp({ create: { width: 30, height: 20, channels: 3, background: "#468" } })
      .png()
      .toBuffer();
    new NotebookDisplay(() => undefined).image(grid, { alt: "four <lungs>" });
    assert.deepEqual(await readFile(await saveFigure(at("grid.png"))), grid);
    for (const ending of ["svg", "html"]) {
      const { document } = new JSDOM(await readFile(await saveFigure(at(`grid.${ending}`)), "utf8")).window;
      const image = document.querySelector("image, img");
      assert.match(
        image?.getAttribute("href") ?? image?.getAttribute("src") ?? "",
        /^data:image\/png;base64,iVBOR/,
      );
      const words = document.querySelector("svg")?.getAttribute("aria-label") ?? image?.getAttribute("alt");
      assert.equal(words, "four <lungs>");
    }
  });

  const noBrowser = installedBrowser() === undefined && "no browser is installed";
  it(
    "writes a page with the live figure, which a browser draws without a network",
    { skip: noBrowser },
    async () => {
      const file = await saveFigure(at("live.html"), figure("A live one"));
      const chromium = await Chromium.start();
      try {
        await chromium.open(pathToFileURL(file).href, { width: 390, height: 600 });
        assert.equal(await chromium.evaluate("document.title"), "A live one");
        assert.equal(
          await chromium.evaluate('document.querySelectorAll(".js-plotly-plot .bars .point").length'),
          2,
        );
      } finally {
        await chromium.close();
      }
    },
  );
});
