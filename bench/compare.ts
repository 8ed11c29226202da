import { messageOf } from "../src/core/errors.js";
import { type Case, caseFlags, caseName } from "./Case.js";
import { type Contender, fastaiContender, type FastaiOptions, ourContender } from "./Contender.js";
import { exampleSet } from "./exampleSet.js";
import { type ContenderRuns, type ReportOptions, reportComparison } from "./reportComparison.js";

/** What is measured, how often, and against whom. */
export interface CompareOptions extends FastaiOptions, ReportOptions {
  readonly cases: readonly Case[];
  readonly dir?: string;
  readonly trainPerClass?: number;
  readonly model: string;
  readonly steps: number;
}

/**
 * Measures all cases, with fastai in turn (A B A B), each run in a process of its own; prints a table of medians and
 * then everything as JSON on one line. A case that fails is told in its row, and the others go on; stopped by the
 * person, it prints what it has.
 */
export async function compare(options: CompareOptions): Promise<void> {
  const { cases, rounds, against } = options;
  const contenders = [ourContender()];
  if (against !== undefined) contenders.push(await fastaiContender(against, options));
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
      all: contenders.map((contender) => ({ contender, measured: emptyRuns(contender.name) })),
    }));
    for (let round = 1; round <= rounds; round++) {
      for (const { one, all } of results) {
        for (const { contender, measured } of all) {
          if (stop.signal.aborted) continue;
          if (measured.error !== undefined || !contender.kinds.has(one.kind)) continue;
          console.error(`round ${round} of ${rounds}: ${caseName(one)}: ${contender.name}`);
          await images?.renew();
          await measureInto(measured, contender, flagsFor(one, options, images?.folder), stop.signal);
        }
      }
    }
    reportComparison(
      results.map(({ one, all }) => ({ one, contenders: all.map(({ measured }) => measured) })),
      options,
    );
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

const emptyRuns = (contender: string): ContenderRuns => ({ contender, runs: [] });

async function measureInto(
  measured: ContenderRuns,
  contender: Contender,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const numbers = await contender.measure(flags, signal);
    measured.runs.push(numbers);
    // At once: the table comes after hours, perhaps.
    console.error(JSON.stringify(numbers));
  } catch (error) {
    if (signal.aborted) return;
    measured.error = messageOf(error);
    console.error(measured.error);
  }
}
