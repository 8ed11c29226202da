import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { pythonCommand, projectRoot } from "../../src/core/environment.js";

/** What was seen until then, in its order: a file that was opened by its path, or that the awaited one appears. */
export type Seen = { readonly open: string } | "appears";

/**
 * Watches which files in some folders are opened, by whichever process, and when another file appears. Linux alone can.
 * @returns ends the watch, and says what was seen
 */
export async function watchOpens(file: string, folders: readonly string[]): Promise<() => Promise<Seen[]>> {
  const script = path.join(projectRoot, "test", "support", "watchOpens.py");
  const child = spawn(pythonCommand(), [script, file, ...folders], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const seen: Seen[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, "line");
  lines.on("line", (line) => {
    if (line.startsWith("open ")) seen.push({ open: line.slice(5) });
    else if (line === "appears") seen.push("appears");
  });
  await ready;
  return async () => {
    const end = path.join(folders[0] ?? "", ".end");
    // What is opened last is told last.
    closeSync(openSync(end, "w"));
    while (!seen.some((each) => each !== "appears" && each.open === end)) {
      if (child.exitCode !== null) throw new Error("the watch has ended");
      await wait(20);
    }
    rmSync(end);
    child.kill();
    await closed;
    return seen.filter((each) => each === "appears" || each.open !== end);
  };
}
