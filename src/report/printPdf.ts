import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../core/errors.js";
import { subprocess } from "../core/subprocess.js";
import { findBrowser, flags } from "./findBrowser.js";

/** The longest that a page may take. */
const timeoutMs = 60_000;

/**
 * Prints a page as PDF with an installed browser.
 * @throws UserError when there is no browser, it fails, or the file cannot be written
 */
export async function printPdf(html: string, pdf: string): Promise<void> {
  const browser = findBrowser();
  const remedy = "Try another browser with XRAY_CHROME, or print report.html from one that is open.";
  const profile = await mkdtemp(path.join(tmpdir(), "xray-browser-"));
  // Beside the page: a browser in a sandbox of its own may write there, and not everywhere. It appears whole.
  const draft = path.join(path.dirname(pdf), `.${path.basename(pdf)}.${process.pid}`);
  try {
    const options = [`--user-data-dir=${profile}`, "--no-pdf-header-footer", `--print-to-pdf=${draft}`];
    await subprocess(browser, [...flags, ...options, pathToFileURL(html).href], {
      shown: `printing with ${browser}`,
      remedy,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!existsSync(draft)) throw new UserError(`${browser} printed no PDF.`, remedy);
    await rename(draft, pdf);
  } finally {
    await rm(draft, { force: true });
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
