import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../../../src/core/Random.js";
import { projectRoot, runsDir } from "../../../src/core/environment.js";
import type { KilledTraining, TrainingLeft } from "./killedTraining.js";

/** What came of a training that was killed again and again. */
export interface KillOutcome {
  readonly kills: number;
  /** Kills in the middle of the writing of a backup, as the files that they left tell. */
  readonly whileWriting: number;
  /** Processes that went on from a backup, as the last one counts them. */
  readonly resumed: number;
  /** What differs from the training that was not interrupted. */
  readonly differences: readonly string[];
}

/**
 * Trains in processes that are killed with SIGKILL at random moments, each going on where the one before was, until the
 * training is over; and once more without an interruption.
 * @param kills at least so many, over as many trainings as it takes
 */
export async function killFits(
  { folder, ...training }: Omit<KilledTraining, "modelDir" | "backup"> & { readonly folder: string },
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<KillOutcome> {
  const random = new Random(seed);
  const expected = await start({ ...training, modelDir: path.join(folder, "uninterrupted") }).left();
  const differences: string[] = [];
  let [killed, whileWriting, resumed] = [0, 0, 0];
  for (let chain = 0; killed < kills; chain++) {
    const place = path.join(folder, `chain-${chain}`);
    const request = { ...training, modelDir: path.join(place, "models"), backup: path.join(place, "backup") };
    for (;;) {
      const process = start(request);
      const last = killed >= kills;
      if (!last && (await process.kill(1 + Math.floor(random.uniform(0, 5)), random.uniform(0, 40)))) {
        killed++;
        if (hasPartialFile(request.backup)) whileWriting++;
        continue;
      }
      const left = await process.left();
      resumed += left.interruptions;
      for (const [name, hash] of Object.entries(expected.hashes)) {
        if (left.hashes[name] !== hash) differences.push(`${training.stage}, chain ${chain}: ${name}`);
      }
      break;
    }
  }
  return { kills: killed, whileWriting, resumed, differences };
}

function start(request: KilledTraining): {
  /** @returns false where the training was over before */
  kill(afterBatches: number, andMs: number): Promise<boolean>;
  left(): Promise<TrainingLeft>;
} {
  mkdirSync(request.modelDir, { recursive: true });
  const child = spawn(
    process.execPath,
    [path.join(__dirname, "killedTraining.js"), JSON.stringify(request)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "close");
  let batches = 0;
  let answer: TrainingLeft | undefined;
  const lines = createInterface(child.stdout);
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      lines.on("line", (line) => {
        if (line.startsWith("batch ") && ++batches >= count) resolve();
        if (line.startsWith("left ")) answer = JSON.parse(line.slice(5)) as TrainingLeft;
      });
      lines.on("close", resolve);
    });
  const listening = { until: reached };
  return {
    async kill(afterBatches, andMs) {
      await listening.until(afterBatches);
      await wait(andMs);
      child.kill("SIGKILL");
      await ended;
      return answer === undefined;
    },
    async left() {
      if (answer === undefined && child.exitCode === null) await listening.until(Infinity);
      await ended;
      if (!answer) throw new Error("the training ended without an answer");
      return answer;
    },
  };
}

const hasPartialFile = (backup: string): boolean =>
  existsSync(backup) &&
  readdirSync(backup, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".partial"));

/** The stages of `xray run` that it is killed in. */
const stages = ["frozen", "lrFind", "unfrozen"] as const;

/**
 * `xray run` to its end, and once more killed with SIGKILL in each of its stages and gone on with.
 * @param flags of the run
 * @returns which files differ
 */
export async function killRun(flags: readonly string[], backupSeconds: number): Promise<string[]> {
  const [a, b] = [`kill-trial-a-${process.pid}`, `kill-trial-b-${process.pid}`];
  const env = { ...process.env, XRAY_BACKUP_SECONDS: String(backupSeconds) };
  const xray = (...args: string[]) =>
    spawn(process.execPath, [path.join(projectRoot, "bin", "xray.mjs"), ...args], {
      ...{ detached: true, env, stdio: ["ignore", "ignore", "pipe"] },
    });
  const toEnd = async (...args: string[]): Promise<void> => {
    const child = xray(...args);
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0)
      throw new Error(`xray ${args.join(" ")} ended with ${code ?? "a signal"}:\n${text.slice(-2000)}`);
  };
  try {
    await toEnd("run", "--name", a, ...flags);
    const folder = path.join(runsDir, b);
    for (const [i, stage] of stages.entries()) {
      const child = i === 0 ? xray("run", "--name", b, ...flags) : xray("run", "--resume", b);
      child.stderr.resume();
      const ended = once(child, "close");
      const isOver = () => child.exitCode !== null;
      while (!hasBackup(folder, stage)) {
        if (isOver()) throw new Error(`the run ended before it was killed in ${stage}`);
        await wait(20);
      }
      // The whole group: the command, the runner and the kernel.
      process.kill(-(child.pid ?? NaN), "SIGKILL");
      await ended;
      console.log(`killed in ${stage}`);
    }
    await toEnd("run", "--resume", b);
    return differences(path.join(runsDir, a), folder);
  } finally {
    for (const name of [a, b]) rmSync(path.join(runsDir, name), { recursive: true, force: true });
  }
}

const hasBackup = (folder: string, stage: string): boolean => {
  const backup = path.join(folder, "backup");
  if (!existsSync(backup)) return false;
  return readdirSync(backup).some(
    (name) => name.startsWith(`${stage}-`) && existsSync(path.join(backup, name, "fit.json")),
  );
};

function differences(a: string, b: string): string[] {
  const files = ["predictions.json", path.join("models", "export.safetensors")];
  const different = files.filter(
    (file) => !readFileSync(path.join(a, file)).equals(readFileSync(path.join(b, file))),
  );
  const metricsOf = (folder: string): unknown => {
    const text = readFileSync(path.join(folder, "metrics.json"), "utf8");
    const { seconds, interruptions, ...rest } = JSON.parse(text) as Record<string, unknown>;
    if (seconds === undefined || interruptions === undefined) throw new Error(`${folder} has no times`);
    return rest;
  };
  if (JSON.stringify(metricsOf(a)) !== JSON.stringify(metricsOf(b))) different.push("metrics.json");
  return different;
}
