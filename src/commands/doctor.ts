import { existsSync } from "node:fs";
import path from "node:path";
import { findLocalDataset } from "../xrays/findDataset.js";
import { hasNvidiaDriver } from "../engine/install/hasNvidiaDriver.js";
import { installedEngine, variantDir } from "../engine/install/variant.js";
import { probeEngine } from "../engine/install/probeEngine.js";
import { cores, cxxCommand, isInstalled, pythonCommand, venvDir } from "../core/environment.js";
import { shownPath } from "../core/shownPath.js";
import { messageOf } from "../core/errors.js";
import { resnet50Weights } from "../models/weights/installWeights.js";
import { subprocess } from "../core/subprocess.js";

/** One thing the program needs. */
export interface Finding {
  readonly what: string;
  /** What was found; undefined when it is missing or does not work. */
  readonly found: string | undefined;
  readonly remedy: string;
}

/** `xray doctor`: what was found and what is missing, with the remedy; exit code 1 when something is. */
export async function doctor(): Promise<void> {
  const findings = await examine();
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { what, found, remedy } of findings) {
    console.log(`${found === undefined ? "MISSING" : "ok     "}  ${what.padEnd(width)}  ${found ?? remedy}`);
  }
  if (findings.some(({ found }) => found === undefined)) process.exitCode = 1;
}

/** Looks for each thing by itself: whatever is wrong with one is told in its place, and the others are looked for. */
export async function examine(): Promise<Finding[]> {
  const python = pythonCommand();
  const findPython = "Install Python 3.9 or later (Debian: apt install python3), or name one in XRAY_PYTHON.";
  // Jupyter's environment is made with both: `venv` alone is there on Debian without python3-venv, and fails.
  const importVenv = ["-c", "import sys, venv, ensurepip; print('of Python', sys.version.split()[0])"];
  const [npm, tar, py, pip, venv, cxx, loaded, jupyter] = await Promise.all([
    tool("npm", "npm", ["--version"], "Install npm; it comes with Node."),
    tool("tar", "tar", ["--version"], "Install tar (Debian: apt install tar)."),
    tool("Python", python, ["--version"], findPython),
    tool("pip", python, ["-m", "pip", "--version"], "Install pip (Debian: apt install python3-pip)."),
    tool("venv", python, importVenv, "Install Python's venv module (Debian: apt install python3-venv)."),
    tool("C++ compiler", cxxCommand(), ["--version"], "Install a C++ compiler (Debian: apt install g++)."),
    engine(),
    tool(
      "Jupyter",
      path.join(venvDir, "bin", "jupyter"),
      ["--version"],
      "Run `npx xray setup`: it makes an environment for it.",
    ),
  ]);
  return [
    { what: "Node", found: `${process.versions.node} (${process.platform} ${process.arch})`, remedy: "" },
    { what: "processor cores", found: String(cores()), remedy: "" },
    npm,
    tar,
    py,
    pip,
    venv,
    cxx,
    loaded,
    { what: "NVIDIA driver", found: hasNvidiaDriver() ? "found" : "none", remedy: "" },
    {
      what: "ImageNet weights",
      found: existsSync(resnet50Weights) ? shownPath(resnet50Weights) : undefined,
      remedy: "Run `npx xray setup`.",
    },
    jupyter,
    dataset(),
  ];
}

async function tool(what: string, command: string, args: string[], remedy: string): Promise<Finding> {
  try {
    const lines = (await subprocess(command, args, { remedy })).trim().split("\n");
    const all = lines.map((line) =>
      line
        .trim()
        .replace(/ +: /, " ")
        .replace(/ from .*/, ""),
    );
    return { what, found: what === "Jupyter" ? shortJupyter(all) : all[0], remedy };
  } catch {
    return { what, found: undefined, remedy };
  }
}

const shortJupyter = (lines: readonly string[]): string =>
  lines.filter((line) => /^(jupyterlab|nbconvert|nbclient) /.test(line)).join(", ");

async function engine(): Promise<Finding> {
  const remedy = "Run `npx xray setup`; if it is there and does not load, `npx xray setup --repair`.";
  const what = "engine";
  const variant = installedEngine();
  if (variant === undefined) return { what, found: undefined, remedy };
  try {
    const { libtensorflow, usesGpu } = await probeEngine();
    const origin = variant === "own" ? "tfjs-node's own" : shownPath(variantDir(variant));
    const device = usesGpu ? "GPU" : "CPU";
    return { what, found: `libtensorflow ${libtensorflow} on the ${device} (${origin})`, remedy };
  } catch (error) {
    return { what, found: undefined, remedy: oneLine(messageOf(error)) };
  }
}

function dataset(): Finding {
  const what = "X-rays";
  const remedy =
    "Put them into data/chest_xray or name their folder in XRAY_DATA; `npm start` offers the download.";
  try {
    const found = findLocalDataset();
    // A project that has this package installed may be about other images.
    const none = isInstalled ? "none here; only the lessons need them" : undefined;
    return { what, found: found ? `${shownPath(found.path)} (${found.kind})` : none, remedy };
  } catch (error) {
    return { what, found: undefined, remedy: oneLine(messageOf(error)) };
  }
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");
