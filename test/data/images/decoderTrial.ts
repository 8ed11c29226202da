import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type DamagedFile, damagedFrames } from "./damagedFrames.js";
import { shown } from "./freshDecode.js";

/** What the trial found. */
export interface DecoderTrial {
  readonly files: number;
  readonly refused: number;
  /** Damaged files that show what the whole one before them shows. */
  readonly others: string[];
  /** Damaged files that show something else than in a fresh process. */
  readonly different: string[];
  /** Whole files that show something else after a damaged one. */
  readonly spoilt: string[];
  /** The longest time of one file, in seconds that this process had the processor. */
  readonly slowest: number;
  /** Memory of the process after each tenth of the files, in MB. */
  readonly memory: number[];
}

/** Files that a fresh process decodes: one of each coding, so that no decoder of it has seen another. */
const together = 10;

/**
 * Decodes damaged files between whole ones in this process, and each once more in a fresh one, and compares.
 * `npm run trial:decoders` does it with 5000.
 */
export async function decoderTrial(count: number, seed: number): Promise<DecoderTrial> {
  const trial: DecoderTrial & { refused: number; slowest: number } = {
    ...{ files: count, refused: 0, others: [], different: [], spoilt: [], slowest: 0, memory: [] },
  };
  const files = await damagedFrames(count, seed);
  const wholes = new Map<string, string>();
  for (let first = 0; first < count; first += together) {
    const group = files.slice(first, first + together);
    const fresh = inFreshProcess(group);
    const here: string[] = [];
    for (const [k, damaged] of group.entries()) here.push(await between(damaged, first + k, wholes, trial));
    for (const [k, answer] of (await fresh).entries()) {
      if (here[k] !== answer) trial.different.push(`${group[k]?.coding ?? ""} ${first + k}`);
    }
    if ((first / together) % Math.ceil(count / together / 10) === 0) {
      trial.memory.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    }
  }
  return trial;
}

/** Decodes a whole file, the damaged one, and the whole one again. @returns what the damaged one shows */
async function between(
  { coding, file, others }: DamagedFile,
  number: number,
  wholes: Map<string, string>,
  trial: DecoderTrial & { refused: number; slowest: number },
): Promise<string> {
  const name = `${coding} ${number}`;
  const which = number % others.length;
  const other = others[which] ?? Buffer.alloc(0);
  const key = `${coding} whole ${which}`;
  const before = await shown(other);
  if (before === "refused" || before !== (wholes.get(key) ?? before)) trial.spoilt.push(name);
  wholes.set(key, before);
  const begun = process.cpuUsage();
  const answer = await shown(file);
  const { user, system } = process.cpuUsage(begun);
  trial.slowest = Math.max(trial.slowest, (user + system) / 1e6);
  if (answer === before) trial.others.push(name);
  if (answer === "refused") trial.refused++;
  if ((await shown(other)) !== before) trial.spoilt.push(`${name}, after it`);
  return answer;
}

async function inFreshProcess(files: readonly DamagedFile[]): Promise<string[]> {
  const child = spawn(process.execPath, [path.join(__dirname, "freshDecode.js")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(files.map(({ file }) => file.toString("base64")).join("\n"));
  return (await text(child.stdout)).trim().split("\n");
}

async function main(): Promise<void> {
  const [count = "5000", seed = "1"] = process.argv.slice(2);
  console.log(JSON.stringify(await decoderTrial(Number(count), Number(seed)), undefined, 2));
}

if (require.main === module) void main();
