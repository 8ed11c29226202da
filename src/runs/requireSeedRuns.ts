import { UserError } from "../core/errors.js";
import { dataDifferences, settingDifferences } from "./RunData.js";
import { requireSameImages } from "./requireSameImages.js";
import type { StoredPredictions } from "./predictionsFile.js";

/**
 * The first of the runs, when all of them may be compared by their seeds.
 * @throws UserError when there are no runs, they did not predict the same images, or differ in more than their seed
 */
export function requireSeedRuns(runs: readonly StoredPredictions[]): StoredPredictions {
  const [first] = runs;
  if (!first) throw new UserError("There are no runs to compare.", "Run `npx xray seeds --seeds 1..5`.");
  for (const [i, run] of runs.entries()) {
    requireSameImages(first, run, `with the seeds ${first.seed} and ${run.seed}`);
    requireLike(first, run);
    if (runs.findIndex(({ seed }) => seed === run.seed) === i) continue;
    throw new UserError(`Two runs have the seed ${run.seed}.`, "Remove one of their folders.");
  }
  return first;
}

/** @throws UserError when two runs differ in more than their seed, as far as their files tell */
function requireLike(a: StoredPredictions, b: StoredPredictions): void {
  const differences = [
    ...(a.settings && b.settings ? settingDifferences(a.settings, b.settings) : []),
    ...(a.dataset && b.dataset ? dataDifferences(a.dataset, b.dataset) : []),
    ...(a.preds.positiveClass === b.preds.positiveClass ? [] : ["the positive class"]),
  ];
  if (differences.length === 0) return;
  throw new UserError(
    `The runs with the seeds ${a.seed} and ${b.seed} differ in more than their seed: ${differences.join(", ")}.`,
    "Keep only runs with the same settings and data in one folder; make others under another --name.",
  );
}
