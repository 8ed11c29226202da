import { existsSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot, venvDir } from "../core/environment.js";
import { shownPath } from "../core/shownPath.js";
import { installPackages } from "./setupJupyter.js";

const requirements = path.join(packageRoot, "jupyter", "deno", "requirements.txt");
const deno = path.join(venvDir, "bin", "deno");
/** Written last, with what was asked for. */
const stamp = path.join(venvDir, ".deno");

/** Whether it is there, as it is asked for. */
export const isDenoInstalled = (): boolean =>
  existsSync(deno) && existsSync(stamp) && readFileSync(stamp, "utf8") === readFileSync(requirements, "utf8");

/**
 * Installs Deno, whose kernel is the second one, into the environment that {@link setupJupyter} has made, unless it is there.
 * Not for two processes at a time: `setUp` sees to that.
 * @param log gets a line if there is something to do
 * @throws UserError if it cannot be had
 */
export async function setupDeno(log: (line: string) => void): Promise<void> {
  if (isDenoInstalled()) return;
  log(`Deno's kernel in ${shownPath(venvDir)} (42 MB to download, 96 MB on disk)`);
  await installPackages(
    ["--requirement", requirements],
    "It needs Python's package index, and a wheel of Deno for this system (Linux with glibc 2.27, macOS); or take the kernel tslab.",
  );
  await copyFile(requirements, stamp);
}
