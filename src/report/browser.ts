import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromeVariable, programFolders } from "../environment.js";
import { UserError } from "../errors.js";
import { subprocess } from "../subprocess.js";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const apps = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/**
 * A Chromium, Chrome or Edge of this machine: the one that `XRAY_CHROME` names, else the first on the search path.
 * @returns its path; undefined when there is none
 */
export function findBrowser(): string | undefined {
  const found = programFolders().flatMap((folder) =>
    names.flatMap((name) => [path.join(folder, name), path.join(folder, `${name}.exe`)]),
  );
  return chromeVariable() ?? [...found, ...apps].find((file) => existsSync(file));
}

// Without a sandbox, which containers and root lack: it opens pages of ours, and no others.
const flags = [
  ...["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-quic", "--hide-scrollbars"],
];

/**
 * Opens a page in an installed browser without a window, and closes it again.
 * @param wish flags that say what is to come of it, such as `--print-to-pdf=FILE`
 * @returns what the browser printed
 * @throws UserError when there is no browser, or it fails
 */
export async function browse(url: string, wish: readonly string[]): Promise<string> {
  const browser = findBrowser();
  if (browser === undefined) {
    throw new UserError(
      "No browser was found.",
      "Install Chromium or Chrome, or name one in XRAY_CHROME; report.html opens in any browser.",
    );
  }
  const profile = await mkdtemp(path.join(tmpdir(), "xray-browser-"));
  try {
    return await subprocess(browser, [...flags, `--user-data-dir=${profile}`, ...wish, url], {
      remedy: "Open report.html in a browser by hand.",
      shown: "The browser",
    });
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
