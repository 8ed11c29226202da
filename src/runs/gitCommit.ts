import { execFileSync } from "node:child_process";
import { isInstalled, packageRoot } from "../core/environment.js";

/** The commit of the project's sources, "changed" behind it where files differ from it; undefined without git, and for an installed package. */
export function gitCommit(): string | undefined {
  // The commit that git would name is the other project's.
  if (isInstalled) return undefined;
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: packageRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const commit = git("rev-parse", "--short=12", "HEAD");
    return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}, changed`;
  } catch {
    return undefined;
  }
}
