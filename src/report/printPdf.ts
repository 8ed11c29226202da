import { pathToFileURL } from "node:url";
import { writeFiles } from "../core/writeFiles.js";
import { Chromium } from "./Chromium.js";

/**
 * Prints a page as PDF with an installed browser.
 * @throws UserError when there is no browser, it fails, or the file cannot be written
 */
export async function printPdf(html: string, pdf: string): Promise<void> {
  const chromium = await Chromium.start();
  try {
    await chromium.open(pathToFileURL(html).href, { width: 900, height: 1200 });
    await writeFiles([{ file: pdf, pieces: [await chromium.pdf()] }]);
  } finally {
    await chromium.close();
  }
}
