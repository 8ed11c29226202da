import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { readPredictions, type StoredPredictions } from "./predictionsFile.js";

/**
 * Reads the finished runs in a folder's folders, by seed; whatever else lies there is passed over.
 * @throws UserError when the folder or a run's file cannot be read
 */
export async function readSeedRuns(folder: string): Promise<StoredPredictions[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UserError(`${folder} cannot be read.`, "Name a folder that `npx xray seeds` wrote.", { cause });
  });
  const files = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(folder, name, "predictions.json"))
    .filter((file) => existsSync(file));
  const runs = await Promise.all(files.map(readPredictions));
  return runs.sort((a, b) => a.seed - b.seed);
}
