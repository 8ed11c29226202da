import { existsSync } from "node:fs";
import path from "node:path";
import { chromeVariable, programFolders } from "../core/environment.js";
import { UserError } from "../core/errors.js";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const apps = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/**
 * A Chromium, Chrome or Edge of this machine: the one that `XRAY_CHROME` names, else the first on the search path.
 * @returns its path
 * @throws UserError when there is none
 */
export function findBrowser(): string {
  const browser = installedBrowser();
  if (browser !== undefined) return browser;
  throw new UserError(
    "No browser was found.",
    "Install Chromium or Chrome, or name one in XRAY_CHROME; report.html opens in any browser.",
  );
}

/** The same, or undefined when there is none. */
export function installedBrowser(): string | undefined {
  const found = programFolders().flatMap((folder) =>
    names.flatMap((name) => [path.join(folder, name), path.join(folder, `${name}.exe`)]),
  );
  return chromeVariable() ?? [...found, ...apps].find((file) => existsSync(file));
}

/**
 * How it is started: without a window, and without a sandbox, which containers and root lack: it opens pages of ours,
 * and no others.
 */
export const flags: readonly string[] = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
];
