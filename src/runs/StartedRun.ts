import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { numericVariables } from "../core/environment.js";
import { readJson } from "../core/readJson.js";
import { startedRunName } from "../core/runDirectory.js";
import { writeFiles } from "../core/writeFiles.js";
import { gitCommit } from "./gitCommit.js";
import { type RunBudget, runBudget } from "./budget/RunBudget.js";
import { type KernelName, kernelNames } from "./kernels.js";
import type { Parameters } from "./presets.js";
import { defaultProtocol, protocolNames } from "./protocols.js";
import { runCode, type RunSource } from "./RunSource.js";
import { studyDataSchema } from "./study/studyDataSchema.js";

/** How a run was begun: what it takes to go on with it. */
export interface StartedRun extends RunSource {
  readonly preset: string;
  /** All of a protocol's and of a study's; of another notebook those that were given. */
  readonly parameters: Partial<Parameters>;
  /** How the parameters of a run that was to take some minutes were chosen. */
  readonly budget?: RunBudget;
  /** The data set's folder, absolute; undefined where the notebook asks for none. */
  readonly dataset?: string;
  /** What runs the cells; undefined in a file of an earlier version: tslab. */
  readonly kernel?: KernelName;
  /** Whether report.pdf was asked for. */
  readonly pdf: boolean;
  /** What tells the program's code, and its notebook, from another version's. */
  readonly code: string;
  /** The environment variables that may change a bit; undefined in a file of an earlier version. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The commit of the project's sources; undefined outside a git checkout. */
  readonly commit?: string;
  /** When it was begun, as ISO 8601. */
  readonly started: string;
}

const parameters = z.object({
  ...{ size: z.int(), bs: z.int(), epochsFrozen: z.int(), epochsUnfrozen: z.int(), seed: z.int() },
  ...{ trainPerClass: z.int(), validPerClass: z.int(), dataDir: z.string(), model: z.string() },
});

const schema: z.ZodType<StartedRun> = z.object({
  protocol: z.enum(protocolNames).optional(),
  study: z.object({ title: z.string(), data: studyDataSchema }).optional(),
  notebook: z.object({ file: z.string(), hash: z.string() }).optional(),
  preset: z.string(),
  // Those of a notebook of a person's own may have other names, and any value that papermill can give.
  parameters: parameters.partial().catchall(z.json()),
  budget: runBudget.optional(),
  dataset: z.string().optional(),
  kernel: z.enum(kernelNames).optional(),
  pdf: z.boolean(),
  code: z.string(),
  variables: z.record(z.string(), z.string()).optional(),
  commit: z.string().optional(),
  started: z.string(),
});

/** Such as "seed 4", for each of the parameters of a notebook. */
export const parametersInWords = (parameters: StartedRun["parameters"]): string[] =>
  Object.entries<unknown>(parameters).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );

/** Notes in a run's folder how it is begun. */
export async function writeStartedRun(
  folder: string,
  run: Omit<StartedRun, "code" | "commit" | "started">,
): Promise<void> {
  const started: StartedRun = {
    ...run,
    code: runCode(run),
    variables: numericVariables(),
    commit: gitCommit(),
    started: new Date().toISOString(),
  };
  const text = `${JSON.stringify(started, undefined, 2)}\n`;
  await writeFiles([{ file: path.join(folder, startedRunName), pieces: [Buffer.from(text)] }]);
}

/** The environment variables, in words, in which a run that was begun differs from now; undefined where in none. */
export function otherVariables({ variables: there }: StartedRun): string | undefined {
  if (!there) return undefined;
  const here = numericVariables();
  const differing = [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .filter((name) => there[name] !== here[name])
    .map((name) => `${name} (${there[name] ?? "not set"} there, ${here[name] ?? "not set"} now)`);
  return differing.length === 0 ? undefined : differing.join(", ");
}

/**
 * How a run was begun.
 * @returns undefined where its folder does not say
 * @throws UserError naming the file when it is broken
 */
export async function readStartedRun(folder: string): Promise<StartedRun | undefined> {
  const file = path.join(folder, startedRunName);
  if (!existsSync(file)) return undefined;
  const run = await readJson(schema, { file, remedy: "Delete the run's folder, and make the run anew." });
  // Files of earlier versions follow the one protocol that there was.
  return run.notebook || run.study ? run : { ...run, protocol: run.protocol ?? defaultProtocol };
}
