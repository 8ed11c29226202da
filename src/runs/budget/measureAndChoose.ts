import { performance } from "node:perf_hooks";
import { countImages } from "../../xrays/datasetListing.js";
import type { FoundDataset } from "../../xrays/FoundDataset.js";
import { type BudgetAnswer, chooseBudget, leastSize } from "./chooseBudget.js";
import { measureSpeed } from "./measureSpeed.js";
import type { PlanRequest, RunPlan } from "./planRun.js";
import type { ImageCounts } from "./predictRun.js";
import { budgetInWords } from "./RunBudget.js";
import { type RunSpeed, stepAt } from "./RunSpeed.js";

/** The share of the wish that a stage's measured steps take. */
const stageShare = 0.01;

/** What the process of `planRun` does: it has spent the seconds since its start as well. */
export async function measureAndChoose(request: PlanRequest): Promise<RunPlan> {
  const { minutes, spentSeconds, parameters, given, dataset } = request;
  const counts = countsOf(dataset);
  const spent = () => spentSeconds + performance.now() / 1000;
  const choose = (speed: RunSpeed): BudgetAnswer & { readonly predicted: number } => {
    const already = spent();
    const chosen = chooseBudget({ seconds: 60 * minutes - already, parameters, given, counts, speed });
    return { ...chosen, predicted: already + chosen.seconds };
  };
  const first = { ...parameters, size: given.size ? parameters.size : leastSize };
  const speed = await measureSpeed(dataset, first, {
    classes: counts.train.length,
    nextSize: (known) => choose(known).parameters.size,
    secondsAStage: 60 * minutes * stageShare,
  });
  const { parameters: chosen, predicted, limit } = choose(speed);
  const { size, bs, frozen, unfrozen, valid } = stepAt(chosen.size, speed.steps);
  const budget = {
    minutes,
    predictedMinutes: predicted / 60,
    ...(limit && { limit }),
    stepSeconds: { size, bs, frozen, unfrozen, valid },
  };
  return { parameters: { ...parameters, ...chosen }, budget: { ...budget, words: budgetInWords(budget) } };
}

function countsOf({ path: folder, train, valid }: FoundDataset): ImageCounts {
  const splits = countImages(folder);
  const of = (name: string) => [...(splits.find(({ split }) => split === name)?.classes.values() ?? [])];
  return { train: of(train), valid: of(valid) };
}
