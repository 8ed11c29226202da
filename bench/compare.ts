import os from "node:os";
import { tableText } from "../src/display/table.js";
import { cores } from "../src/core/environment.js";
import { messageOf } from "../src/core/errors.js";
import { type Case, caseFlags, caseName } from "./Case.js";
import { exampleSet } from "./exampleSet.js";
import { median, rounded } from "./figures.js";
import { type Metric, metricsOf } from "./metrics.js";
import {
  fastaiContender,
  type FastaiOptions,
  type Numbers,
  ourContender,
  type Contender,
} from "./Contender.js";

export interface CompareOptions extends FastaiOptions {
  readonly cases: readonly Case[];
  readonly rounds: number;
  /** The Python whose fastai is measured in turn. */
  readonly against?: string;
  readonly dir?: string;
  readonly trainPerClass?: number;
  readonly model: string;
  readonly steps: number;
  /** Peak memory of every case that has one. */
  readonly grid?: boolean;
}

/** What one side did in a case, a run a round. */
interface Runs {
  readonly side: string;
  readonly runs: Numbers[];
  /** Why it was given up. */
  error?: string;
}

/**
 * Measures all cases, with fastai in turn (A B A B), each run in a process of its own; prints a table of medians and
 * then everything as JSON on one line. A case that fails is told in its row, and the others go on; stopped by the
 * person, it prints what it has.
 */
export async function compare(options: CompareOptions): Promise<void> {
  const { cases, rounds, against } = options;
  const sides = [ourContender(), ...(against === undefined ? [] : [await fastaiContender(against, options)])];
  const readsImages = cases.some(({ kind }) => kind === "epoch" || kind === "load");
  const images = readsImages ? await exampleSet(options.dir, options.trainPerClass ?? 600) : undefined;
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      stop.abort();
    });
  }
  try {
    const results = cases.map((one) => ({
      one,
      sides: sides.map(({ name }): Runs => ({ side: name, runs: [] })),
    }));
    for (let round = 1; round <= rounds; round++) {
      for (const { one, sides: all } of results) {
        for (const [k, runs] of all.entries()) {
          const side = sides[k];
          if (stop.signal.aborted || side === undefined) continue;
          if (runs.error !== undefined || !side.kinds.has(one.kind)) continue;
          console.error(`round ${round} of ${rounds}: ${caseName(one)}: ${side.name}`);
          await images?.renew();
          await measureInto(runs, side, flagsFor(one, options, images?.folder), stop.signal);
        }
      }
    }
    report(results, options);
    if (stop.signal.aborted) process.exitCode = 130;
  } finally {
    await images?.remove();
  }
}

function flagsFor(one: Case, { model, steps }: CompareOptions, folder: string | undefined): string[] {
  const flags = [...caseFlags(one), "--model", model, "--steps", String(steps)];
  return folder !== undefined && (one.kind === "epoch" || one.kind === "load")
    ? [...flags, "--dir", folder]
    : flags;
}

async function measureInto(
  runs: Runs,
  side: Contender,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const numbers = await side.measure(flags, signal);
    runs.runs.push(numbers);
    // At once: the table comes after hours, perhaps.
    console.error(JSON.stringify(numbers));
  } catch (error) {
    if (signal.aborted) return;
    runs.error = messageOf(error);
    console.error(runs.error);
  }
}

interface Result {
  readonly one: Case;
  readonly sides: readonly Runs[];
}

function report(results: readonly Result[], { rounds, grid, against }: CompareOptions): void {
  const rows = results.flatMap(({ one, sides }) => {
    return metricsOf(one.kind, grid === true).map((metric) => {
      const values = sides.map((side) => valueOf(side, metric));
      const [ours = NaN, theirs] = values;
      const ratio = theirs === undefined || !Number.isFinite(ours / theirs) ? null : rounded(ours / theirs);
      return { one, sides, metric, values, ratio };
    });
  });
  const names = results[0]?.sides.map(({ side }) => side) ?? [];
  const text = tableText({
    columns: ["", "unit", ...names, ...(against === undefined ? [] : ["ratio"])],
    rows: rows.map(({ one, metric, sides, values, ratio }) => [
      `${caseName(one)}${metric.of}`,
      metric.unit,
      ...values.map((value, k) => shown(value, sides[k])),
      ...(against === undefined ? [] : [ratio === null ? "" : ratio.toFixed(2)]),
    ]),
  });
  const ratioText = against === undefined ? "" : " The ratio is the first column over the second.";
  console.log(`${text}\n\nMedians of ${rounds} ${rounds === 1 ? "round" : "rounds"}.${ratioText}\n`);
  console.log(
    JSON.stringify({
      machine: {
        ...{ platform: process.platform, arch: process.arch, cpu: os.cpus()[0]?.model, cores: cores() },
        ...{ memoryMB: Math.round(os.totalmem() / 2 ** 20), node: process.versions.node },
      },
      rounds,
      rows: rows.map(({ one, metric, sides, values, ratio }) => ({
        case: caseName(one),
        metric: metric.key,
        values: Object.fromEntries(sides.map(({ side }, k) => [side, finite(values[k])])),
        ratio,
      })),
      runs: results.map(({ one, sides }) => ({ case: caseName(one), sides })),
    }),
  );
}

function valueOf({ runs }: Runs, { key }: Metric): number {
  return rounded(median(runs.map((numbers) => Number(numbers[key]))));
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

function shown(value: number, side: Runs | undefined): string {
  if (Number.isFinite(value)) return String(value);
  return side?.error === undefined ? "" : "failed";
}
