import path from "node:path";
import { projectRoot } from "../src/core/environment.js";
import { messageOf, UserError } from "../src/core/errors.js";
import { subprocess } from "../src/core/subprocess.js";

/** One run's numbers, by name. */
export type Numbers = Readonly<Record<string, unknown>>;

/** Who is measured: this project, or fastai. */
export interface Contender {
  /** As the table's column is called. */
  readonly name: string;
  /** Measures a case in a process of its own. */
  measure(flags: readonly string[], signal?: AbortSignal): Promise<Numbers>;
  readonly kinds: ReadonlySet<string>;
}

export function ourContender(): Contender {
  return {
    name: "xray-notebook",
    kinds: new Set(["step", "epoch", "load", "valid", "share", "kernel"]),
    measure: (flags, signal) =>
      printedBy(process.execPath, [path.join(__dirname, "main.js"), ...flags], signal),
  };
}

export interface FastaiOptions {
  /** The folder of `fastai_v1.py`. */
  readonly oracle: string;
  readonly weights?: string;
}

/**
 * The fastai that a Python has.
 * @throws UserError when it has none, or one of a kind that cannot be measured
 */
export async function fastaiContender(
  python: string,
  { oracle, weights }: FastaiOptions,
): Promise<Contender> {
  const { fastai, torch } = await versions(python);
  const major = fastai.split(".")[0] ?? "";
  if (major !== "1" && major !== "2") {
    throw new UserError(`${python} has fastai ${fastai}.`, "Give a Python with fastai v1 or v2.");
  }
  const script = path.join(projectRoot, "bench", `fastai_v${major}_bench.py`);
  const own = ["--oracle", oracle, ...(weights === undefined ? [] : ["--weights", weights])];
  return {
    name: `fastai ${fastai} (torch ${torch})`,
    kinds: new Set(["step", "epoch", "load", "valid"]),
    measure: (flags, signal) => printedBy(python, [script, ...flags, ...own], signal),
  };
}

async function versions(python: string): Promise<{ fastai: string; torch: string }> {
  const code = "from importlib.metadata import version; print(version('fastai'), version('torch'))";
  const remedy = "Give a Python with fastai and PyTorch: --against PYTHON.";
  const printed = await subprocess(python, ["-c", code], { remedy }).catch((error: unknown) => {
    const missing = /PackageNotFoundError.*/.exec(messageOf(error))?.[0];
    if (missing === undefined) throw error;
    throw new UserError(`fastai is not installed in ${python} (${missing}).`, remedy, { cause: error });
  });
  const [fastai = "", torch = ""] = printed.trim().split(" ");
  return { fastai, torch };
}

async function printedBy(command: string, args: readonly string[], signal?: AbortSignal): Promise<Numbers> {
  const printed = await subprocess(command, args, { remedy: "Run it alone to see more.", signal });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Numbers;
}
