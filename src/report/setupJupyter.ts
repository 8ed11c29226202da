import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot, pythonCommand, venvDir } from "../core/environment.js";
import { shownPath } from "../core/shownPath.js";
import { UserError } from "../core/errors.js";
import { subprocess } from "../core/subprocess.js";

const requirements = path.join(packageRoot, "jupyter", "requirements.txt");
const constraints = path.join(packageRoot, "jupyter", "constraints.txt");
const oldestPython = [3, 9] as const;

/** The Python of the project's own environment. */
export const venvPython = path.join(
  venvDir,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);

/** Written last, with a hash of what was asked for: an environment without it is half made. */
const stamp = path.join(venvDir, ".complete");

/**
 * Makes the Python environment with Jupyter, papermill and nbconvert in `venvDir`, unless it is there and complete.
 * Not for two processes at a time: `setUp` sees to that.
 * @param log gets a line for each step
 * @throws UserError if Python, pip or the `venv` module is missing, or the packages cannot be had
 */
export async function setupJupyter(log: (line: string) => void): Promise<void> {
  if (isComplete()) return;
  await checkPython();
  log(`Jupyter, papermill and nbconvert in ${shownPath(venvDir)} (about 90 MB to download, 320 MB on disk)`);
  await rm(venvDir, { recursive: true, force: true });
  await makeVenv();
  await installPackages(
    ["--requirement", requirements, "--constraint", constraints],
    "It needs Python's package index and 400 MB of disk; run the command again once both are there.",
  );
  await writeFile(stamp, hashOf(requirements, constraints));
}

function isComplete(): boolean {
  if (!existsSync(venvPython) || !existsSync(stamp)) return false;
  return readFileSync(stamp, "utf8") === hashOf(requirements, constraints);
}

function hashOf(...files: string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

async function checkPython(): Promise<void> {
  const python = pythonCommand();
  const oldest = oldestPython.join(".");
  const remedy = `Install Python ${oldest} or later (Debian and Ubuntu: apt install python3 python3-venv), or name one in XRAY_PYTHON.`;
  const print = "import sys; print(*sys.version_info[:2])";
  const version = (await subprocess(python, ["-c", print], { remedy })).trim();
  const [major = 0, minor = 0] = version.split(" ").map(Number);
  if (major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1])) {
    throw new UserError(`\`${python}\` is Python ${major}.${minor}, which is too old.`, remedy);
  }
}

async function makeVenv(): Promise<void> {
  await mkdir(path.dirname(venvDir), { recursive: true });
  await subprocess(pythonCommand(), ["-m", "venv", venvDir], {
    remedy:
      "Install Python's venv and pip modules (Debian and Ubuntu: apt install python3-venv python3-pip).",
  });
}

/**
 * Has pip install into the environment.
 * @param wanted pip's arguments that name packages
 */
export async function installPackages(wanted: readonly string[], remedy: string): Promise<void> {
  const options = ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet"];
  await subprocess(venvPython, ["-m", "pip", "install", ...options, ...wanted], { remedy });
}
