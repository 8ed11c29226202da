import { spawn } from "node:child_process";
import { atExit } from "./atExit.js";
import { inheritedVariables } from "./environment.js";
import { Interrupted, UserError } from "./errors.js";
import { onStop } from "./stopSignals.js";

export interface SubprocessOptions {
  readonly cwd?: string;
  /** Variables beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** What to do when the program is missing or fails; becomes the error's remedy. */
  readonly remedy: string;
  /** What an error calls it. @default the whole command */
  readonly shown?: string;
}

/**
 * Runs a program to its end and returns its standard output. What it prints is kept for the error. It ends when this
 * process is asked to stop, and does not outlast it.
 * @throws UserError naming the program, its exit status and the end of what it printed
 * @throws Interrupted when this process was asked to stop
 */
export function subprocess(
  command: string,
  args: readonly string[],
  options: SubprocessOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      signal: options.signal,
      env: { ...inheritedVariables(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stopped = false;
    const releases = [
      atExit(() => child.kill("SIGKILL")),
      onStop(() => {
        stopped = true;
        child.kill("SIGTERM");
      }),
    ];
    const release = () => {
      for (const each of releases) each();
    };
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      all.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      release();
      const what = error.code === "ENOENT" ? "was not found" : error.message;
      reject(new UserError(`\`${command}\` ${what}.`, options.remedy, { cause: error }));
    });
    child.on("close", (code, signal) => {
      release();
      if (code === 0) {
        resolve(Buffer.concat(out).toString());
        return;
      }
      if (stopped) {
        reject(new Interrupted(`${options.shown ?? `\`${command}\``} was stopped.`));
        return;
      }
      const tail = Buffer.concat(all).toString().trim().split("\n").slice(-15).join("\n");
      const end = signal === null ? `ended with ${code ?? "no status"}` : `was stopped by ${signal}`;
      const shown = options.shown ?? `\`${[command, ...args].join(" ")}\``;
      reject(new UserError(`${shown} ${end}${tail === "" ? "." : `:\n${tail}`}`, options.remedy));
    });
  });
}
