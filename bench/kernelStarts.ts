import { loadavg } from "node:os";
import { setUp } from "../src/commands/setUp.js";
import { markdownTable } from "../src/core/markdown.js";
import { kernelNames } from "../src/runs/kernels.js";
import { median } from "./figures.js";
import { type KernelSeconds, startKernel } from "./kernel.js";

/*
 * npm run bench:kernels -- ROUNDS: seconds from the start of each kernel to the answer of its first cell, and of the import after
 * it, in turn (tslab, Deno, tslab, ...), after one start of each that does not count. Best and median of the rounds (default:
 * 7), as README's table has them. Only an idle machine gives numbers to be told: its load is told beside them.
 */
void kernelStarts(Number(process.argv[2] ?? 7));

async function kernelStarts(rounds: number): Promise<void> {
  await setUp({ kernel: "deno" });
  for (const kernel of kernelNames) await startKernel(kernel);
  const load = loadavg()[0] ?? NaN;
  const measured = new Map(kernelNames.map((kernel) => [kernel, [] as KernelSeconds[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const [kernel, all] of measured) {
      const start = await startKernel(kernel);
      console.error(`${round}: ${kernel} ${start.seconds} s, import ${importOf(start)} s more`);
      all.push(start);
    }
  }
  const rows = [...measured].map(([kernel, all]) => [
    kernel,
    inWords(all.map(({ seconds }) => seconds)),
    inWords(all.map(importOf)),
  ]);
  console.log(markdownTable(["kernel", "first answer", "the import after it"], rows));
  console.log(
    `\nBest (and median) of ${rounds} starts, each kernel in turn; load before the first: ${load.toFixed(2)}.`,
  );
}

/** The import alone. */
const importOf = ({ seconds, importSeconds }: KernelSeconds): number =>
  Number((importSeconds - seconds).toFixed(3));

const inWords = (seconds: readonly number[]): string =>
  `${Math.min(...seconds).toFixed(1)} s (${median(seconds).toFixed(1)} s)`;
