import path from "node:path";
import { makeFolder } from "../core/makeFolder.js";
import { writeFiles } from "../core/writeFiles.js";

const remedy =
  "The run's folder must be one that can be written to, with some room on its disk; in a notebook it is runs/ in the " +
  "project, or what XRAY_RUN_DIR names.";

/**
 * Writes numbers as JSON; whoever reads the file sees all of it or the one before.
 * @throws UserError naming the file when it cannot be written
 */
export async function writeMetrics(file: string, metrics: object): Promise<void> {
  await makeFolder(path.dirname(file), remedy);
  await writeFiles([{ file, pieces: [Buffer.from(`${JSON.stringify(metrics, null, 2)}\n`)] }], remedy);
}
