import { spawn } from "node:child_process";
import { UserError } from "./errors.js";

export interface SubprocessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What to do when the program is missing or fails; becomes the error's remedy. */
  readonly remedy: string;
  /** `inherit` shows the program's output as it comes; `pipe` (default) keeps it for the error. */
  readonly output?: "inherit" | "pipe";
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end and returns its standard output.
 * @throws UserError naming the program, its exit status and the end of what it printed
 */
export function subprocess(
  command: string,
  args: readonly string[],
  options: SubprocessOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const piped = options.output !== "inherit";
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      signal: options.signal,
      stdio: ["ignore", piped ? "pipe" : "inherit", piped ? "pipe" : "inherit"],
    });
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => {
      out.push(chunk);
      all.push(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => all.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const what = error.code === "ENOENT" ? "was not found" : error.message;
      reject(new UserError(`\`${command}\` ${what}.`, options.remedy, { cause: error }));
    });
    child.on("close", (code, signal) => {
      if (code === 0) {
        resolve(Buffer.concat(out).toString());
        return;
      }
      const tail = Buffer.concat(all).toString().trim().split("\n").slice(-15).join("\n");
      const end = signal === null ? `ended with ${code ?? "no status"}` : `was stopped by ${signal}`;
      reject(new UserError(`\`${[command, ...args].join(" ")}\` ${end}:\n${tail}`, options.remedy));
    });
  });
}
