import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { UserError } from "../../src/core/errors.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import { printPdf } from "../../src/report/printPdf.js";
import { temporaryFolder } from "../support/folders.js";

const noBrowser = installedBrowser() === undefined && "no Chromium, Chrome or Edge is installed";
const before = process.env.XRAY_CHROME;

describe("printPdf", () => {
  afterEach(() => {
    if (before === undefined) delete process.env.XRAY_CHROME;
    else process.env.XRAY_CHROME = before;
  });

  it("prints each page of paper, and replaces an older file", { skip: noBrowser }, async () => {
    const folder = temporaryFolder();
    const [html, pdf] = [path.join(folder, "a page.html"), path.join(folder, "a page.pdf")];
    writeFileSync(html, '<!doctype html><p>one</p><p style="break-before: page">two</p>');
    writeFileSync(pdf, "older");
    await printPdf(html, pdf);
    const printed = readFileSync(pdf, "latin1");
    assert.match(printed, /^%PDF-/);
    assert.equal(printed.match(/\/Type \/Page\b/g)?.length, 2);
    assert.deepEqual(readdirSync(folder).sort(), ["a page.html", "a page.pdf"]);
  });

  it("says what a browser did that is none, and leaves what was there", async () => {
    const folder = temporaryFolder();
    const [html, pdf] = [path.join(folder, "page.html"), path.join(folder, "page.pdf")];
    writeFileSync(html, "<p>one</p>");
    writeFileSync(pdf, "older");
    for (const [browser, said] of [
      ["/no/such/browser", /no\/such\/browser` was not found/],
      ["false", /printing with false ended with 1/],
      ["true", /true printed no PDF/],
    ] as const) {
      process.env.XRAY_CHROME = browser;
      await assert.rejects(printPdf(html, pdf), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, said);
        assert.match(error.message, /XRAY_CHROME/);
        return true;
      });
    }
    assert.equal(readFileSync(pdf, "utf8"), "older");
    assert.deepEqual(readdirSync(folder).sort(), ["page.html", "page.pdf"]);
  });
});
