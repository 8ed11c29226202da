import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { JSDOM } from "jsdom";
import type { AuditFinding, DataAudit } from "../../../src/audit/DataAudit.js";
import { inWords } from "../../../src/audit/page/browser/Gallery.js";
import { auditPage } from "../../../src/audit/page/auditPage.js";
import { setDisplay, silentDisplay } from "../../../src/core/Display.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { installedBrowser } from "../../../src/report/findBrowser.js";
import { Learner } from "../../../src/training/Learner.js";
import { Chromium } from "../../support/Chromium.js";
import { attributes, bytesOf, dicomFile, syntaxes } from "../../support/dicomFile.js";
import { imagesAt, temporaryFolder } from "../../support/folders.js";
import { refuses } from "../../support/refuses.js";
import { smallestNet } from "../../support/smallestNet.js";
import { drawnAudit } from "./drawnAudit.js";

setDisplay(silentDisplay);

/** Names that would be markup, a formula or the end of a script to a page that does not see to it. */
const strange =
  process.platform === "win32"
    ? "strange, one.png"
    : `<img src=x onerror="document.title=1">&'=1,2</script><script>document.title=1<!--.png`;
const files = ["train", "valid"].flatMap((set) =>
  ["NORMAL", "PNEUMONIA"].flatMap((name) =>
    Array.from({ length: 6 }, (_, k) => `${set}/${name}/${name[0] ?? ""}${k}.png`),
  ),
);
files[1] = `train/NORMAL/${strange}`;
const label = (item: number, suggested: string): AuditFinding => ({
  ...{ kind: "label", item, suggested, score: 0.9 - item / 100 },
  reason: `Its features are those of ${suggested} & <others>.`,
});
const duplicate = (item: number, other: number): AuditFinding => ({
  ...{ kind: "duplicate", item, other, score: 0.8 },
  reason: "Cut by 2%.",
});
const outlier = (item: number): AuditFinding => ({
  ...{ kind: "outlier", item, score: 0.7 },
  reason: "Unlike all others.",
});
const findings = [
  ...[label(1, "PNEUMONIA"), label(7, "NORMAL"), label(2, "PNEUMONIA")],
  ...[duplicate(3, 12), outlier(1), outlier(20)],
];

/** Small images of these names, and what was found of them. */
async function strangeAudit(): Promise<DataAudit> {
  const tables = [{ columns: ["<a>"], rows: [["1 < 2"]] }];
  return drawnAudit({
    ...{ folder: await imagesAt(...files), files, findings },
    sections: [{ heading: "Facts <of> files", text: ["bytes & width"], tables }],
    patientOf: (file) => (file.includes("N2") ? "<i>p2" : undefined),
  });
}

describe("the page of an audit", () => {
  it("shows each finding with its images, and any text as text", async () => {
    const audit = await strangeAudit();
    const { document } = new JSDOM(await auditPage(audit)).window;
    const all = [...document.querySelectorAll(".finding")];
    assert.deepEqual(
      all.map((one) => one.getAttribute("data-kind")),
      ["label", "label", "label", "duplicate", "outlier", "outlier"],
    );
    const [first, , third, pair] = all;
    assert.equal(first?.querySelector(".file")?.textContent, `train/NORMAL/${strange}`);
    assert.equal(
      first.querySelector(".reason")?.textContent,
      "Its features are those of PNEUMONIA & <others>.",
    );
    assert.match(first.querySelector("img")?.src ?? "", /^data:image\/webp;base64,./);
    assert.match(first.querySelector(".facts")?.textContent ?? "", /^trainalso: outlier$/);
    assert.match(third?.querySelector(".facts")?.textContent ?? "", /patient <i>p2/);
    assert.equal(pair?.querySelectorAll(".pane img").length, 2);
    assert.equal(document.querySelectorAll("img").length, 7);
    assert.equal(document.querySelectorAll("script").length, 1);
    assert.equal(document.querySelector("section h2")?.textContent, "Facts <of> files");
    assert.match(document.querySelector(".promise")?.textContent ?? "", /Nothing is deleted from disk/);
    assert.match(
      document.querySelector("pre")?.textContent ?? "",
      /validCol: "set",\s+patientCol: "patient"/,
    );
    assert.doesNotMatch(document.documentElement.outerHTML, /(src|href)="https?:/);
  });

  it("shows so many of each kind, and says how many more there are", async () => {
    const audit = await strangeAudit();
    const { document } = new JSDOM(await auditPage(audit, { perKind: 1 })).window;
    assert.equal(document.querySelectorAll(".finding").length, 3);
    assert.match(
      document.querySelector(".more")?.textContent ?? "",
      /Not shown: 2 more suspected labels, 1 more outliers\./,
    );
    await refuses(auditPage(audit, { perKind: 0 }), "perKind", "0");
  });

  it("has class names in quotation marks that would be taken for numbers or for several names", async () => {
    const names = ["0/x.png", "a,b/y.png"];
    const made = drawnAudit({
      ...{ folder: await imagesAt(...names), files: names, classes: ["0", "a,b"] },
      findings: [label(0, "a,b")],
    });
    const { document } = new JSDOM(await auditPage(made)).window;
    assert.equal(document.querySelector(".class")?.textContent, '"0" → looks like "a,b"');
    assert.match(document.querySelector(".pane .buttons")?.textContent ?? "", /Relabel to "a,b"/);
    assert.equal(inWords({ action: "relabel", class: "a,b" }), 'relabel to "a,b"');
  });

  it("shows DICOM files too, and says why an image has no picture", async () => {
    const folder = temporaryFolder();
    const grey = Uint16Array.from({ length: 24 * 30 }, (_, k) => k * 50);
    const elements = { ...attributes(24, 30), "7fe00010": ["OW", bytesOf(grey)] as const };
    const names = ["A/x.dcm", "B/gone.png"];
    const made = drawnAudit({
      folder,
      files: names,
      findings: [outlier(0), outlier(1)],
      classes: ["A", "NaN"],
    });
    renameSync(await imagesAt("x.png"), path.join(folder, "A"));
    await writeFile(path.join(folder, "A", "x.dcm"), dicomFile(syntaxes.explicit, elements));
    const { document } = new JSDOM(await auditPage(made)).window;
    assert.equal(document.querySelectorAll(".picture img").length, 1);
    assert.match(
      document.querySelector(".missing")?.textContent ?? "",
      /^This image cannot be shown: it cannot be read/,
    );
    assert.match(
      document.querySelector(".warning:not(noscript *)")?.textContent ?? "",
      /A table cannot say "NaN"/,
    );
  });

  const noBrowser = installedBrowser() === undefined && "no Chromium, Chrome or Edge is installed";
  describe("in a browser", { skip: noBrowser }, () => {
    const desktop = { width: 1100, height: 900 };
    async function onPage(
      of: DataAudit,
      work: (chromium: Chromium, url: string) => Promise<void>,
    ): Promise<void> {
      const file = path.join(temporaryFolder(), "audit.html");
      await writeFile(file, await auditPage(of));
      const chromium = await Chromium.start();
      try {
        await chromium.open(pathToFileURL(file).href, desktop);
        await work(chromium, pathToFileURL(file).href);
      } finally {
        await chromium.close();
      }
    }
    const textOf = async (chromium: Chromium, id: string) =>
      String(await chromium.evaluate(`document.getElementById("${id}").textContent`));
    /** Where the keyboard is. */
    const at = async (chromium: Chromium) =>
      String(
        await chromium.evaluate(
          `(({ id, dataset, textContent }) => id || dataset.item || textContent)(document.activeElement)`,
        ),
      );
    async function pressAll(chromium: Chromium, ...keys: readonly string[]): Promise<void> {
      for (const key of keys) await chromium.press(key);
    }

    async function until(what: string, holds: () => unknown): Promise<void> {
      for (let tries = 0; (await holds()) !== true; tries++) {
        assert.ok(tries < 200, what);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    /** Waits for what the page says of an image. */
    const said = (chromium: Chromium, text: string) =>
      until(text, async () => (await textOf(chromium, "said")) === text);

    it("is worked by the keyboard alone, keeps its marks, and its cleaned.csv is trained on", async () => {
      const audit = await strangeAudit();
      const csv = path.join(audit.folder, "cleaned.csv");
      await onPage(audit, async (chromium, url) => {
        await chromium.saveTo(audit.folder);
        await pressAll(chromium, "Tab", "Enter");
        assert.equal(await at(chromium), "1");
        // Each marks and goes on; the pair has two images.
        await pressAll(chromium, "r", "d", "k");
        assert.equal(await at(chromium), "3");
        await said(chromium, "train/NORMAL/N2.png: keep.");
        await pressAll(chromium, "ArrowRight", "d");
        assert.equal(
          await textOf(chromium, "counts"),
          "4 marked: 1 keep, 2 delete, 1 relabel. 22 of 24 images stay.",
        );
        // The outlier is the first label's image: one mark.
        assert.equal(await at(chromium), "1");
        const badges = `[...document.querySelectorAll(".pane")].map((pane) => pane.querySelector(".badge").textContent)`;
        const marked = ["relabel to PNEUMONIA", "delete", "keep", "", "delete", "relabel to PNEUMONIA", ""];
        assert.deepEqual(await chromium.evaluate(badges), marked);
        await pressAll(chromium, "u", "u");
        assert.deepEqual(await chromium.evaluate(badges), [...marked.slice(0, 2), "", "", "", marked[5], ""]);
        assert.equal(await at(chromium), "2");
        await chromium.press("y");
        await chromium.press("z", { ctrl: true, shift: true });
        assert.deepEqual(await chromium.evaluate(badges), marked);

        // The browser takes its time to pass on to a new page what the last one has kept.
        let kept: unknown;
        for (let times = 0; times < 5 && !isDeepStrictEqual(kept, marked); times++) {
          await wait(200);
          await chromium.open(url, desktop);
          kept = await chromium.evaluate(badges);
        }
        assert.deepEqual(kept, marked);
        await pressAll(chromium, "Tab", "Enter", "n");
        assert.equal(await at(chromium), "3");
        await pressAll(chromium, "ArrowDown", "ArrowUp", "End", "c", "d", "u", "Home");
        assert.equal(await at(chromium), "1");
        // Backwards from the first image to the filter of marks: only what is not marked.
        await chromium.press("Tab", { shift: true });
        await pressAll(chromium, "ArrowRight");
        const shown = `document.querySelectorAll(".finding:not([hidden])").length`;
        assert.equal(await chromium.evaluate(shown), 1);
        // All buttons can be reached: on to the one that saves.
        for (let tabs = 0; (await at(chromium)) !== "save"; tabs++) {
          assert.ok(tabs < 20, "the button is reached");
          await chromium.press("Tab");
        }
        await chromium.press("Enter");
        assert.match(await textOf(chromium, "said"), /^Saved cleaned\.csv\. 4 marked/);
        assert.notEqual(await chromium.evaluate("document.title"), "1");
        await until("cleaned.csv is saved", () => existsSync(csv));
      });

      const data = await ImageDataBunch.fromCsv(audit.folder, {
        ...{
          csvLabels: "cleaned.csv",
          validCol: "set",
          patientCol: "patient",
          size: 32,
          bs: 4,
          numWorkers: 0,
        },
      });
      const expected = (set: string) =>
        audit.items.flatMap((item, k) =>
          item.set !== set || k === 7 || k === 12 ? [] : [[item.path, k === 1 ? "PNEUMONIA" : item.class]],
        );
      assert.deepEqual(
        data.trainDs.items.map((item) => [item.path, item.class]),
        expected("train"),
      );
      assert.deepEqual(
        data.validDs.items.map((item) => [item.path, item.class]),
        expected("valid"),
      );
      const learn = new Learner(data, smallestNet(), "smallest", { modelDir: temporaryFolder() });
      await learn.fitOneCycle(1);
      assert.equal(learn.recorder.losses.length, 2);
      learn.dispose();
      assert.equal(readFileSync(csv, "utf8").split("\n")[0], "file,class,patient,set");
    });

    it("asks to which of several classes an image belongs, and passes axe-core", async () => {
      const classes = ["NORMAL", "PNEUMONIA", "OTHER", "<b>"];
      const axe = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
      await onPage({ ...(await strangeAudit()), classes }, async (chromium, url) => {
        const passes = async (what: string): Promise<void> => {
          const { violations } = (await chromium.evaluate("axe.run()")) as { violations: readonly object[] };
          assert.deepEqual(violations, [], what);
        };
        for (const view of [
          { width: 1100, height: 900, theme: "light" },
          { width: 390, height: 844, theme: "dark" },
        ] as const) {
          await chromium.open(url, view);
          await chromium.evaluate(`${axe}; undefined`);
          await pressAll(chromium, "Tab", "Enter", "r");
          assert.equal(await at(chromium), "PNEUMONIA looks like this", "the suggested class is the first");
          await passes(`the dialog, ${view.theme}`);
          await pressAll(chromium, "ArrowDown", "Enter");
          await said(chromium, `train/NORMAL/${strange}: relabel to OTHER.`);
          await pressAll(chromium, "d", "k");
          await passes(`marked, ${view.theme}`);
          assert.ok(Number(await chromium.evaluate("document.documentElement.scrollWidth")) <= view.width);
          await pressAll(chromium, "Home", "r", "3");
          await said(chromium, `train/NORMAL/${strange}: relabel to <b>.`);
          await pressAll(chromium, "Home", "r", "Escape");
          await until("the dialog is closed", async () => (await at(chromium)) === "1");
          await chromium.evaluate("localStorage.clear()");
        }
      });
    });

    it("searches many classes, goes on where a mark hides its image, and says what is not kept", async () => {
      const classes = ["NORMAL", "PNEUMONIA", ...Array.from({ length: 12 }, (_, k) => `class ${k}`)];
      await onPage({ ...(await strangeAudit()), classes }, async (chromium) => {
        await pressAll(chromium, "Tab", "Enter", "r", "s", " ", "1", "1", "Enter");
        await said(chromium, `train/NORMAL/${strange}: relabel to class 11.`);
        await pressAll(chromium, "r", "Enter");
        await said(chromium, "train/PNEUMONIA/P1.png: relabel to NORMAL.");
        await chromium.evaluate(`document.querySelector("input[value=unmarked]").click()`);
        // The pair goes with its first mark, and the person with it to what is left.
        await pressAll(chromium, "d", "k");
        assert.equal(await at(chromium), "20");
        assert.equal(await chromium.evaluate(`document.getElementById("unstored").hidden`), true);
        await chromium.evaluate("Storage.prototype.setItem = () => { throw new Error('full'); }");
        await chromium.press("d");
        assert.equal(await chromium.evaluate(`document.getElementById("unstored").hidden`), false);
        assert.equal(await chromium.evaluate(`document.getElementById("nothing").hidden`), false);
        await chromium.press("z", { ctrl: true });
        assert.equal(await at(chromium), "20");
      });
    });
  });
});
