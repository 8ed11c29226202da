import { rename, rm } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { browse } from "./browser.js";

/**
 * Prints a page as PDF with an installed browser.
 * @throws UserError when there is no browser, or it fails
 */
export async function printPdf(html: string, pdf: string): Promise<void> {
  const draft = `${pdf}.${process.pid}.draft`;
  try {
    await browse(pathToFileURL(html).href, ["--no-pdf-header-footer", `--print-to-pdf=${draft}`]);
    await rename(draft, pdf);
  } finally {
    await rm(draft, { force: true });
  }
}
