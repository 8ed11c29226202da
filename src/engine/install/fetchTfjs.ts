import { existsSync } from "node:fs";
import { projectRoot } from "../../core/environment.js";
import { ownPackage } from "../../core/ownPackage.js";
import { subprocess } from "../../core/subprocess.js";
import { packageDir } from "./variant.js";

const name = "@tensorflow/tfjs-node-gpu";

/**
 * Fetches tfjs-node, unless it is there. It is an optional dependency: npm takes it away again where its own install script,
 * which downloads an old libtensorflow, fails.
 * @throws UserError when npm cannot fetch it
 */
export async function fetchTfjs(log: (line: string) => void): Promise<void> {
  if (existsSync(packageDir)) return;
  const version = ownPackage().optionalDependencies[name];
  log(`engine: npm ${name} ${version}, without its install script`);
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await subprocess("npm", ["install", ...flags, `${name}@${version}`], {
    cwd: projectRoot,
    remedy: "See that npm reaches its registry, and run `npx xray setup` again.",
  });
}
