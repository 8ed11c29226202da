import { rename, rm, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { Chromium } from "./Chromium.js";

/**
 * Prints a page as PDF with an installed browser.
 * @throws UserError when there is no browser, or it fails
 */
export async function printPdf(html: string, pdf: string): Promise<void> {
  const draft = `${pdf}.${process.pid}.draft`;
  const chromium = await Chromium.start();
  try {
    await chromium.open(pathToFileURL(html).href, { width: 900, height: 1200 });
    await writeFile(draft, await chromium.pdf());
    await rename(draft, pdf);
  } finally {
    await chromium.close();
    await rm(draft, { force: true });
  }
}
