import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot } from "../../src/environment.js";
import { hostileUploads, type Outcome, upload } from "./hostileUploads.js";

/** What is tried. */
export interface UploadTrialOptions {
  readonly port: number;
  /** Two whole images, which honest visitors send between the hostile ones. */
  readonly images: readonly [Buffer, Buffer];
  /** Hostile uploads. */
  readonly count: number;
  readonly seed?: number;
  /** Clients at the same time. */
  readonly parallel?: number;
  /** The server's resident memory in bytes. */
  readonly memory: () => number;
  /** Told of each finished upload. */
  readonly onOutcome?: (outcome: Outcome, done: number) => void;
}

/** What came of it. */
export interface UploadTrial {
  /** Hostile uploads by the status of their answers; 0: none, as of a client that hangs up. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Seconds of the slowest answers. */
  readonly slowest: readonly Outcome[];
  /** Hostile uploads that were owed an answer and got none. */
  readonly unanswered: readonly string[];
  /** Honest uploads that were answered with what the net says of them, and that were told to come again. */
  readonly honest: { readonly answered: number; readonly busy: number };
  /** The server's memory in MB: before, the most that was seen, and afterwards. */
  readonly megabytes: { readonly before: number; readonly most: number; readonly after: number };
}

/** Every answer is due in this time. */
export const mostSeconds = 10;
/** So much more memory than before may be in use afterwards. */
export const mostGrowth = 1.1;
/** In so long it must have been given back. */
const settleMs = 30_000;

/**
 * Sends hostile uploads to a server, several at a time, and honest ones between them.
 * @throws AssertionError when an honest visitor is shown anything but the answer to their own image
 */
export async function runUploadTrial(options: UploadTrialOptions): Promise<UploadTrial> {
  const { port, images, count, seed = 1, parallel = 8, memory } = options;
  const expected = [await answerTo(port, images[0]), await answerTo(port, images[1])];
  assert.notEqual(expected[0], expected[1]);
  for (let i = 0; i < 10; i++) await answerTo(port, images[i % 2 === 0 ? 0 : 1]);
  await wait(3000);
  const before = memory();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, memory())), 100);

  const outcomes: Outcome[] = [];
  const unanswered: string[] = [];
  const honest = { answered: 0, busy: 0 };
  const uploads = hostileUploads(images[0], count, seed);
  const client = async (): Promise<void> => {
    for (;;) {
      const next = await uploads.next();
      if (next.done === true) return;
      const hostile = next.value;
      const outcome = await hostile.send(port);
      outcomes.push(outcome);
      options.onOutcome?.(outcome, outcomes.length);
      if (hostile.answered && outcome.status === undefined) unanswered.push(hostile.name);
      if (outcomes.length % 5 !== 0) continue;
      const which = outcomes.length % 2;
      const own = await upload(port, images[which] ?? images[0], { name: "an honest image" });
      outcomes.push(own);
      if (own.status === 503) honest.busy++;
      else {
        assert.deepEqual([own.status, own.text], [200, expected[which]], "another answer than before");
        honest.answered++;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, client));
  clearInterval(watch);

  // Alive, and as right as before.
  assert.equal(await answerTo(port, images[0]), expected[0]);
  assert.equal(await answerTo(port, images[1]), expected[1]);
  const settled = performance.now() + settleMs;
  while (memory() > mostGrowth * before && performance.now() < settled) await wait(250);
  const statuses: Record<number, number> = {};
  for (const { status = 0 } of outcomes) statuses[status] = (statuses[status] ?? 0) + 1;
  const [mbBefore, mbMost, mbAfter] = [before, most, memory()].map((bytes) => Math.round(bytes / 1e6));
  return {
    statuses,
    slowest: outcomes.sort((a, b) => b.seconds - a.seconds).slice(0, 5),
    unanswered,
    honest,
    megabytes: { before: mbBefore ?? 0, most: mbMost ?? 0, after: mbAfter ?? 0 },
  };
}

/** A server in a process of its own. */
export interface TriedServer {
  readonly port: number;
  readonly memory: () => number;
  /** Rejects when the process ends by itself. */
  readonly ended: Promise<never>;
  readonly stop: () => void;
}

/**
 * `xray serve`, as a person starts it.
 * @param model an exported learner
 */
export async function startServer(model: string): Promise<TriedServer> {
  const args = [path.join(projectRoot, "bin", "xray.mjs"), "serve", "--model", model, "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit").then(([code, signal]: unknown[]): never => {
    throw new Error(`The server ended with ${String(code ?? signal)}.`);
  });
  ended.catch(() => undefined);
  const address = new Promise<number>((resolve) => {
    let printed = "";
    child.stdout.on("data", (piece: Buffer) => {
      printed += piece.toString();
      const port = /:(\d+)\/\s/.exec(printed)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const ps = ["-o", "rss=", "-p", String(child.pid)];
  return {
    port: await Promise.race([address, ended]),
    memory: () => 1024 * Number(spawnSync("ps", ps, { encoding: "utf8" }).stdout),
    ended,
    stop: () => child.kill(),
  };
}

/** Asks until the net is free. */
async function answerTo(port: number, image: Buffer): Promise<string> {
  for (let tries = 0; tries < 50; tries++) {
    const { status, text } = await upload(port, image);
    if (status === 200) return text;
    assert.equal(status, 503, text);
    await wait(500);
  }
  throw new Error("The net is never free.");
}
