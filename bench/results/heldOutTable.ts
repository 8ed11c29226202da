import type { Table } from "../../src/core/Display.js";
import { patientsFound, setsCells } from "../../src/runs/heldOut/choicesTables.js";
import { formatCounted, formatInterval, formatShare } from "../../src/statistics/format.js";
import type { Evaluation } from "../../src/statistics/evaluateScores.js";
import type { Measure } from "../../src/statistics/Measure.js";
import { spreadOf } from "../../src/statistics/spread.js";
import type { KeptRun } from "./KeptRun.js";

/** The rows of the core set, and how each is read. */
const rows = [
  ["AUROC", ({ auc }) => auc],
  ["calibration in the large", ({ calibration }) => calibration.inTheLarge],
  ["calibration slope", ({ calibration }) => calibration.slope],
  ["expected over observed", ({ calibration }) => calibration.expectedOverObserved],
  ["sensitivity at the threshold", ({ sensitivity }) => sensitivity],
  ["specificity at the threshold", ({ specificity }) => specificity],
  ["PPV at the threshold", ({ ppv }) => ppv],
  ["NPV at the threshold", ({ npv }) => npv],
] as const satisfies readonly (readonly [string, (evaluation: Evaluation) => Measure])[];

/**
 * The runs of the held-out protocol, a column each: the core set on the test images at what was chosen on held-out
 * patients, with intervals by patient, and what the promise on the recall has kept there.
 */
export function heldOutTable(runs: readonly KeptRun[]): Table {
  const columns = runs.map((run) => {
    const evaluation = evaluationOf(run);
    const { threshold } = evaluation;
    const promise = run.predictions.choices?.promise;
    return {
      seed: run.metrics.seed,
      cells: [
        ...rows.map(([, read]) => inWords(read(evaluation))),
        formatShare(evaluation.calibration.brier ?? NaN),
        threshold === null ? "" : threshold.toFixed(4),
        promise === undefined || promise.threshold === null ? "not promised" : promise.recall.toFixed(2),
        threshold === null ? "" : formatCounted(patientsFound(run.interp.binary().scored, threshold)),
        ...setsOf(run).map(([, text]) => text),
      ],
      auc: evaluation.auc.value ?? NaN,
    };
  });
  const names = [
    ...rows.map(([name]) => name),
    "Brier score",
    "threshold, chosen on held-out patients",
    "promised share of patients with all images found",
    "kept on the test",
    ...(runs[0] ? setsOf(runs[0]) : []).map(([name]) => name),
  ];
  const { mean, standardDeviation } = spreadOf(columns.map(({ auc }) => auc));
  const over = `AUROC over the seeds: ${formatShare(mean)}, standard deviation ${formatShare(standardDeviation)}.`;
  return {
    columns: ["", ...columns.map(({ seed }) => `seed ${seed}`)],
    rows: names.map((name, i) => [name, ...columns.map(({ cells }) => cells[i] ?? "")]),
    note: columns.length > 1 ? over : undefined,
  };
}

const setsOf = ({ predictions: { preds, choices } }: KeptRun) => (choices ? setsCells(preds, choices) : []);

function evaluationOf({ interp, predictions }: KeptRun): Evaluation {
  const evaluation = interp.evaluation(predictions.choices?.threshold);
  if ("classes" in evaluation) throw new Error("A kept run has more than two classes.");
  return evaluation;
}

function inWords({ value, low, high }: Measure): string {
  if (value === null) return "–";
  return low === null || high === null
    ? formatShare(value)
    : `${formatShare(value)} (${formatInterval([low, high])})`;
}
