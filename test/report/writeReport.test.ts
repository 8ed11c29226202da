import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import { NotebookDisplay } from "../../src/display/NotebookDisplay.js";
import { matrixMetrics } from "../../src/interpretation/matrixMetrics.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { Chromium } from "../support/Chromium.js";
import { writeReport } from "../../src/report/writeReport.js";

/** A class that a folder may really be called. */
const hostile = '<img src=x onerror="document.title=1">';
const noBrowser = installedBrowser() === undefined && "no Chromium, Chrome or Edge is installed";

const metrics = {
  ...matrixMetrics(
    [
      [2, 0],
      [2, 0],
    ],
    ["NORMAL", hostile],
    hostile,
  ),
  classes: ["NORMAL", hostile],
  ...{ trainSize: 8, validSize: 4, model: "resnet50", size: 32, bs: 4, epochsFrozen: 1, epochsUnfrozen: 2 },
  ...{ seed: 5, trainPerClass: 0, validPerClass: 0, dataset: "phantom", device: "cpu" },
  versions: { node: "20.19.0" },
  commit: "0123456789ab",
  seconds: { setUp: 1, frozen: 61, epochs: [30], total: 100 },
};

/** A notebook as a run leaves it, with a table and a live figure. */
async function executed(): Promise<unknown> {
  const outputs: unknown[] = [];
  const display = new NotebookDisplay((data) =>
    outputs.push({ output_type: "display_data", data: { "text/html": data["text/html"] }, metadata: {} }),
  );
  display.table({ caption: hostile, columns: ["actual", "count"], rows: [[hostile, "3"]] });
  await display.figure({
    data: [{ type: "scatter", x: [1, 2], y: [3, 4], name: hostile }],
    layout: { width: 900, title: { text: "Two points" } },
    alt: `Two points of ${hostile}.`,
  });
  const code = { cell_type: "code", execution_count: 1, metadata: {}, source: 'const a = "x";', outputs };
  const markdown = (id: string, source: string) => ({ id, cell_type: "markdown", metadata: {}, source });
  return {
    cells: [
      markdown("a", "# Title"),
      markdown("b", "## First part"),
      { id: "c", ...code },
      markdown("d", "## Last part"),
    ],
    metadata: {
      papermill: { end_time: "2026-01-02T03:04:05.678901+00:00" },
      kernelspec: { name: "tslab", display_name: "T" },
    },
    ...{ nbformat: 4, nbformat_minor: 5 },
  };
}

describe("a run's reports", () => {
  let folder = "";
  let page: Document;
  let written: string[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "xray-report-"));
    await writeFile(path.join(folder, "pneumonia.ipynb"), JSON.stringify(await executed()));
    await writeFile(path.join(folder, "metrics.json"), JSON.stringify(metrics));
    written = await writeReport(folder, {
      title: "A run",
      banner: "Drawn <images>",
      pdf: noBrowser === false,
    });
    page = new JSDOM(await readFile(path.join(folder, "report.html"), "utf8")).window.document;
  });
  after(() => rm(folder, { recursive: true }));

  it("have a list of contents, folded code, and a foot that says what made them", () => {
    const links = [...page.querySelectorAll("nav a")];
    assert.deepEqual(
      links.map(({ textContent }) => textContent),
      ["First part", "Last part", "About this run"],
    );
    for (const link of links) {
      assert.ok(page.getElementById(link.getAttribute("href")?.slice(1) ?? ""), link.outerHTML);
    }
    const code = page.querySelector("details.code");
    assert.equal(code?.hasAttribute("open"), false);
    assert.match(code.textContent, /const a = "x";/);
    const names = [...page.querySelectorAll("footer dt")].map(({ textContent }) => textContent);
    const texts = [...page.querySelectorAll("footer dd")].map(({ textContent }) => textContent);
    const about = new Map(names.map((name, i) => [name, texts[i]]));
    assert.match(about.get("Use") ?? "", /Not a medical device/);
    assert.equal(about.get("Seed"), "5");
    assert.equal(about.get("Commit"), "0123456789ab");
    assert.equal(about.get("Finished"), "2026-01-02T03:04:05Z");
    assert.equal(about.get("Time"), "set-up 00:01, head 01:01, total 01:40");
    assert.equal(page.querySelector(".banner")?.textContent, "Drawn <images>");
  });

  it("say first what was trained on what, when, and the numbers with their intervals", () => {
    assert.deepEqual(
      [...page.querySelectorAll("h1")].map(({ textContent }) => textContent),
      ["A run"],
    );
    assert.equal(page.title, `${path.basename(folder)}: A run`);
    const facts = [...page.querySelectorAll("header p")].map(({ textContent }) => textContent);
    assert.equal(
      facts[0],
      "resnet50, trained on 8 images of 32 x 32 pixels (head: 1 epoch, whole net: 2 epochs), judged on 4 test images.",
    );
    assert.equal(facts[1], `Run ${path.basename(folder)}, 2026-01-02, seed 5. Not a medical device.`);
    const rows = [...page.querySelectorAll("header tbody tr")].map((row) =>
      [...row.children].map(({ textContent }) => textContent),
    );
    assert.deepEqual(rows[1], ["accuracy", "0.500", "0.150 to 0.850"]);
    const [header, nav] = [page.querySelector("header"), page.querySelector("nav")];
    assert.ok(header && nav && header.compareDocumentPosition(nav) & page.DOCUMENT_POSITION_FOLLOWING);
    assert.equal(page.querySelector("nav details")?.hasAttribute("open"), false);
  });

  it("need nothing from a server", () => {
    const sources = [...page.querySelectorAll("[src], link[href]")].map(
      (element) => element.getAttribute("src") ?? element.getAttribute("href") ?? "",
    );
    assert.deepEqual(
      sources.filter((source) => !source.startsWith("data:")),
      [],
    );
  });

  it("show names as text, whatever they are", async () => {
    assert.equal(page.querySelector('img[src="x"]'), null);
    assert.equal(page.querySelector("main td")?.textContent, hostile);
    const markdown = await readFile(path.join(folder, "report.md"), "utf8");
    assert.doesNotMatch(markdown, /[^\\]<img/);
    assert.match(markdown, /\| error rate \| 0\.500 \| 0\.150 to 0\.850 \|/);
    assert.match(markdown, /\| precision \(positive predictive value, PPV\) \| – \| {2}\|/);
  });

  it("are three: for the screen, for a pull request and for print", { skip: noBrowser }, async () => {
    assert.deepEqual(
      written.map((file) => path.basename(file)),
      ["report.html", "report.md", "report.pdf"],
    );
    const pdf = await readFile(path.join(folder, "report.pdf"));
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    assert.ok((await stat(path.join(folder, "report.html"))).size < 15e6);
  });

  for (const theme of ["light", "dark"] as const) {
    it(`pass axe-core on a phone, ${theme}, and the figure fits`, { skip: noBrowser }, async () => {
      const axe = await readFile(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
      const chromium = await Chromium.start();
      try {
        const url = pathToFileURL(path.join(folder, "report.html")).href;
        await chromium.open(url, { width: 390, height: 844, theme });
        await chromium.evaluate(`${axe}; undefined`);
        const { violations } = (await chromium.evaluate("axe.run()")) as { violations: readonly object[] };
        assert.deepEqual(violations, []);
        const figure = 'document.querySelector(".js-plotly-plot .main-svg").getBoundingClientRect().width';
        const width = Number(await chromium.evaluate(figure));
        assert.ok(width > 200 && width <= 390, String(width));
        assert.ok(Number(await chromium.evaluate("document.documentElement.scrollWidth")) <= 390);
        const ground = await chromium.evaluate("getComputedStyle(document.body).backgroundColor");
        assert.equal(ground, theme === "dark" ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)");
        // Warning, title, facts and all numbers are on the first screen.
        const last = 'document.querySelector("header tr:last-child").getBoundingClientRect()';
        assert.ok(Number(await chromium.evaluate(`${last}.bottom`)) <= 844);
        assert.ok(Number(await chromium.evaluate(`${last}.right`)) <= 390);
        // On a dark page a figure is no white block.
        const turned = await chromium.evaluate(
          'getComputedStyle(document.querySelector(".xray-figure")).filter',
        );
        assert.equal(turned, theme === "dark" ? "invert(0.92) hue-rotate(180deg)" : "none");
      } finally {
        await chromium.close();
      }
    });
  }
});
