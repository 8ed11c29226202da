import { existsSync } from "node:fs";
import path from "node:path";
import { findLocalDataset } from "../data/findDataset.js";
import { hasNvidiaDriver } from "../engine/gpu.js";
import { installedEngine, variantDir } from "../engine/install/variant.js";
import { cores, cxxCommand, projectRoot, pythonCommand, venvDir } from "../environment.js";
import { messageOf } from "../errors.js";
import { resnet50Weights } from "../models/pretrained/installWeights.js";
import { subprocess } from "../subprocess.js";

/** One thing the program needs. */
interface Finding {
  readonly what: string;
  /** What was found; undefined when it is missing. */
  readonly found: string | undefined;
  readonly remedy: string;
}

/** `xray doctor`: what was found and what is missing, with the remedy; exit code 1 when something is. */
export async function doctor(): Promise<void> {
  const findings: Finding[] = [
    { what: "Node", found: `${process.versions.node} (${process.platform} ${process.arch})`, remedy: "" },
    { what: "processor cores", found: String(cores()), remedy: "" },
    await tool(
      "Python",
      pythonCommand(),
      ["--version"],
      "Install Python 3.9 or later (Debian: apt install python3).",
    ),
    await tool(
      "pip",
      pythonCommand(),
      ["-m", "pip", "--version"],
      "Install pip (Debian: apt install python3-pip).",
    ),
    await tool(
      "C++ compiler",
      cxxCommand(),
      ["--version"],
      "Install a C++ compiler (Debian: apt install g++).",
    ),
    await engine(),
    {
      what: "NVIDIA driver",
      found: hasNvidiaDriver() ? "found" : "none: computing on the CPU",
      remedy: "",
    },
    {
      what: "ImageNet weights",
      found: existsSync(resnet50Weights) ? path.relative(projectRoot, resnet50Weights) : undefined,
      remedy: "Run `npx xray setup`.",
    },
    await tool(
      "Jupyter",
      path.join(venvDir, "bin", "jupyter"),
      ["--version"],
      "Run `npx xray setup`: it makes the project's own environment in .venv.",
    ),
    dataset(),
  ];
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { what, found, remedy } of findings) {
    console.log(`${found === undefined ? "MISSING" : "ok     "}  ${what.padEnd(width)}  ${found ?? remedy}`);
  }
  if (findings.some(({ found }) => found === undefined)) process.exitCode = 1;
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
    const { libtensorflowVersion, usesGpu } = await import("../engine/rawOps.js");
    const origin = variant === "own" ? "tfjs-node's own" : path.relative(projectRoot, variantDir(variant));
    const device = usesGpu ? "GPU" : "CPU";
    return { what, found: `libtensorflow ${libtensorflowVersion} on the ${device} (${origin})`, remedy };
  } catch (error) {
    return { what, found: undefined, remedy: `${messageOf(error)} ${remedy}` };
  }
}

function dataset(): Finding {
  const found = findLocalDataset();
  return {
    what: "X-rays",
    found: found && `${path.relative(projectRoot, found.path)} (${found.kind})`,
    remedy:
      "Put them into data/chest_xray or name their folder in XRAY_DATA; `npm start` offers the download.",
  };
}
