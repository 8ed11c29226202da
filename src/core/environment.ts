import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import path from "node:path";

/**
 * Everything the program takes from its surroundings: where its folders are, and the environment variables it
 * reads. No other file reads `process.env`, so this page is the full list.
 */

/** The folder of this package, with its code and its notebooks (the compiled file lies in `dist/src/core/`). */
export const packageRoot = path.resolve(__dirname, "..", "..", "..");

/** Whether it is installed in another project: it has no sources then, and nothing is written into its folder. */
export const isInstalled = packageRoot.split(path.sep).includes("node_modules");

/**
 * The folder of the person's project, for runs and downloads: a clone's own; where this package is installed, the nearest
 * folder at or above the working directory that has a package.json or this package, and else the working directory.
 */
export const projectRoot = isInstalled ? projectOf(process.cwd()) : packageRoot;

/** `XRAY_CACHE`: the folder for downloads and what is built from them, for several projects to share. */
const sharedCache = nonEmpty(process.env.XRAY_CACHE);

/** Downloads and everything built from them; safe to delete, never committed. */
export const cacheDir =
  sharedCache === undefined ? path.join(projectRoot, ".cache") : path.resolve(sharedCache);

/** The Python environment with Jupyter, papermill and nbconvert. */
export const venvDir = path.join(
  ...(sharedCache === undefined ? [projectRoot, ".venv"] : [cacheDir, "venv"]),
);

/** Reports, one folder a run. */
export const runsDir = path.join(projectRoot, "runs");

/**
 * `XRAY_DATA`: the folder of the data set, when it is in none of the usual places; relative to the working directory
 * of the command. `xray run` and `xray lab` give their kernels its absolute path.
 */
export const dataVariable = (): string | undefined => nonEmpty(process.env.XRAY_DATA);

/** `XRAY_RUN_DIR`: set by `xray run` for the kernel; checkpoints and `metrics.json` go there. */
export const runDirVariable = (): string | undefined => nonEmpty(process.env.XRAY_RUN_DIR);

/** `JPY_SESSION_NAME`: set by JupyterLab for a kernel: the notebook that a person has opened. */
export const sessionVariable = (): string | undefined => nonEmpty(process.env.JPY_SESSION_NAME);

/**
 * `HTTPS_PROXY`, `HTTP_PROXY`, also in small letters: by which proxy downloads go, as npm's and pip's do; undefined where by
 * none. `NO_PROXY` names hosts that are reached without.
 */
export const proxyVariable = (): string | undefined =>
  nonEmpty(process.env.https_proxy) ??
  nonEmpty(process.env.HTTPS_PROXY) ??
  nonEmpty(process.env.http_proxy) ??
  nonEmpty(process.env.HTTP_PROXY);

/** `XRAY_BACKUP_SECONDS`: seconds from one backup of a fit to the next, where its learner does not say. */
export function backupSecondsVariable(): number | undefined {
  const text = nonEmpty(process.env.XRAY_BACKUP_SECONDS);
  return text === undefined ? undefined : Number(text);
}

/** `XRAY_TERMINAL=1`: set by `xray run`: the kernel repeats its progress on the terminal's standard error. */
export const mirrorsToTerminal = (): boolean => process.env.XRAY_TERMINAL === "1";

/** `XRAY_TERMINAL_COLUMNS`: set by `jupyter/run_notebook.py`: the width of its terminal, if it has one. */
export const terminalColumnsVariable = (): number | undefined =>
  Number(process.env.XRAY_TERMINAL_COLUMNS) || undefined;

/**
 * What Jupyter and `jupyter/deno_kernel.py` tell Deno's kernel: `JPY_PARENT_PID`, who has started it; `XRAY_BUILD_WARNING`, why
 * the sources could not be built.
 */
export const kernelVariables = (): { readonly parent?: number; readonly warning?: string } => ({
  parent: Number(process.env.JPY_PARENT_PID) || undefined,
  warning: nonEmpty(process.env.XRAY_BUILD_WARNING),
});

/** `XRAY_PYTHON`: the Python to make the virtual environment with; default `python3`. */
export const pythonCommand = (): string => nonEmpty(process.env.XRAY_PYTHON) ?? "python3";

/** `XRAY_CHROME`: the browser that prints a report as PDF; default the first Chromium, Chrome or Edge that is found. */
export const chromeVariable = (): string | undefined => nonEmpty(process.env.XRAY_CHROME);

/** Where programs are looked for. */
export const programFolders = (): string[] => (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);

/** `CXX`: the C++ compiler for the native binding; default `g++`. */
export const cxxCommand = (): string => nonEmpty(process.env.CXX) ?? "g++";

/** `npm_execpath`: set by npm, and by what works like it, for everything that it starts. */
export const startedByNpm = (): boolean => nonEmpty(process.env.npm_execpath) !== undefined;

/** Everything that is set, for a program that is started. */
export const inheritedVariables = (): NodeJS.ProcessEnv => process.env;

/** What the libraries that compute read, such as `TF_NUM_INTRAOP_THREADS`: some of it decides in which order they sum. */
const computing = /^(TF|ONEDNN|DNNL|OMP|KMP|MKL|XLA|CUBLAS|CUDNN|NVIDIA_TF32)_/;
/** Those of them that say only what is told, and how memory is taken. */
const harmless = /^TF_(CPP_|FORCE_GPU_ALLOW_GROWTH|GPU_ALLOCATOR)/;

/** The variables that may change a bit of what is computed, with their defaults. */
export function numericVariables(): Readonly<Record<string, string>> {
  const found = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && computing.test(name) && !harmless.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries([["TF_ENABLE_ONEDNN_OPTS", oneDnnByDefault] as const, ...found.sort()]);
}

/** What computes: another processor, or another number of its cores, sums in another order. */
export const machineParts = (): { readonly processor: string; readonly cores: number } => ({
  processor: cpus()[0]?.model ?? "unknown",
  cores: cores(),
});

/** Processor cores this process may use. */
export const cores = (): number => availableParallelism();

function projectOf(directory: string): string {
  // A kernel may be at work in this package's own folder.
  const [outside = directory] = directory.split(`${path.sep}node_modules${path.sep}`);
  const marks = ["package.json", path.join("node_modules", path.basename(packageRoot))];
  for (let folder = outside; ; folder = path.dirname(folder)) {
    if (marks.some((mark) => existsSync(path.join(folder, mark)))) return folder;
    if (folder === path.dirname(folder)) return outside;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

const oneDnnByDefault = "1";

/**
 * Settings that libtensorflow reads once, when it is loaded. Whoever has set one keeps it.
 * oneDNN is off by default on processors without AVX-512, where it is worth a factor of 1.4 to 2.2.
 */
export function setTensorFlowVariables(): void {
  process.env.TF_ENABLE_ONEDNN_OPTS ??= oneDnnByDefault;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
}
