import os from "node:os";
import { cores } from "../src/core/environment.js";
import { tableText } from "../src/core/tableText.js";
import { type Case, caseName } from "./Case.js";
import type { Numbers } from "./Contender.js";
import { median, rounded } from "./figures.js";
import { type Metric, metricsOf } from "./metrics.js";

/** What one contender did in a case, a run a round. */
export interface ContenderRuns {
  readonly contender: string;
  readonly runs: Numbers[];
  /** Why it was given up. */
  error?: string;
}

/** What was measured in one case. */
export interface CaseResult {
  readonly one: Case;
  readonly contenders: readonly ContenderRuns[];
}

/** What decides how a comparison is shown. */
export interface ReportOptions {
  readonly rounds: number;
  /** The Python whose fastai is measured in turn. */
  readonly against?: string;
  /** Peak memory of every case that has one. */
  readonly grid?: boolean;
}

/** Prints a table of medians and then everything as JSON on one line. */
export function reportComparison(
  results: readonly CaseResult[],
  { rounds, grid, against }: ReportOptions,
): void {
  const rows = results.flatMap(({ one, contenders }) =>
    metricsOf(one.kind, grid === true).map((metric) => {
      const values = contenders.map((contender) => medianOf(contender, metric));
      const [ours = NaN, theirs] = values;
      const ratio = theirs === undefined || !Number.isFinite(ours / theirs) ? null : rounded(ours / theirs);
      return { one, contenders, metric, values, ratio };
    }),
  );
  const names = results[0]?.contenders.map(({ contender }) => contender) ?? [];
  const text = tableText({
    columns: ["", "unit", ...names, ...(against === undefined ? [] : ["ratio"])],
    rows: rows.map(({ one, metric, contenders, values, ratio }) => [
      `${caseName(one)}${metric.of}`,
      metric.unit,
      ...values.map((value, k) => shown(value, contenders[k])),
      ...(against === undefined ? [] : [ratio === null ? "" : ratio.toFixed(2)]),
    ]),
  });
  const ratioText = against === undefined ? "" : " The ratio is the first column over the second.";
  console.log(`${text}\n\nMedians of ${rounds} ${rounds === 1 ? "round" : "rounds"}.${ratioText}\n`);
  console.log(
    JSON.stringify({
      machine: {
        platform: process.platform,
        arch: process.arch,
        cpu: os.cpus()[0]?.model,
        cores: cores(),
        memoryMB: Math.round(os.totalmem() / 2 ** 20),
        node: process.versions.node,
      },
      rounds,
      rows: rows.map(({ one, metric, contenders, values, ratio }) => ({
        case: caseName(one),
        metric: metric.key,
        values: Object.fromEntries(contenders.map(({ contender }, k) => [contender, finite(values[k])])),
        ratio,
      })),
      runs: results.map(({ one, contenders }) => ({ case: caseName(one), contenders })),
    }),
  );
}

function medianOf({ runs }: ContenderRuns, { key }: Metric): number {
  return rounded(median(runs.map((numbers) => Number(numbers[key]))));
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

function shown(value: number, contender: ContenderRuns | undefined): string {
  if (Number.isFinite(value)) return String(value);
  return contender?.error === undefined ? "" : "failed";
}
