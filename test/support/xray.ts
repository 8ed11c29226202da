import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot } from "../../src/core/environment.js";

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Started {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What it has written to its standard error until now. */
  readonly saidUntilNow: () => string;
  /** Waits for something that the command does; fails when it ends before, or does not do it within two minutes. */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
}

/** Where a command is given, and with which variables beside this process's own. */
export interface XrayOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the `xray` command in a process of its own. */
export function startXray(
  args: readonly string[],
  { cwd = projectRoot, env = {} }: XrayOptions = {},
): Started {
  const child = spawn(process.execPath, [path.join(projectRoot, "bin", "xray.mjs"), ...args], {
    cwd,
    env: { ...process.env, ...env },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout: text(out), stderr: text(err) });
    });
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    saidUntilNow: () => text(err),
    until: async (what, holds) => {
      for (let tries = 0; !holds(); tries++) {
        assert.ok(tries < 1200 && child.exitCode === null, `${what}: ${text(err)}`);
        await wait(100);
      }
    },
  };
}

/** Runs the `xray` command to its end. */
export const xray = (args: readonly string[], options?: XrayOptions): Promise<Ended> =>
  startXray(args, options).ended;
