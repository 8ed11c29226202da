import path from "node:path";
import { tableText } from "../display/table.js";
import { compareRuns } from "../interpretation/compareRuns.js";
import { readPredictions } from "../interpretation/predictionsFile.js";
import { readMetrics } from "../report/RunMetrics.js";
import { runFolder } from "./report.js";

/**
 * `xray compare RUN RUN`: prints two runs' numbers on the same test images, and whether they differ by more than luck.
 * @param runs folders, or their names in `runs/`
 * @throws UserError when a run is not there, or they did not predict the same images
 */
export async function compare(...runs: readonly [first: string, second: string]): Promise<void> {
  const [first, second] = [await runFolder(runs[0]), await runFolder(runs[1])];
  const read = async (folder: string) => ({
    ...(await readPredictions(path.join(folder, "predictions.json"))),
    name: path.basename(folder),
  });
  const { dataset } = await readMetrics(path.join(first, "metrics.json"));
  const what = dataset === "phantom" ? "DRAWN test" : "test";
  console.log(tableText(compareRuns(await read(first), await read(second), what)));
}
