#!/usr/bin/env node
// Writes the tables of results into README.md and docs/results.md, from the predictions in docs/results/.
//   npm run results
//   npm run results -- keep runs/NAME                            keeps a finished run in docs/results/ first
//   npm run results -- keep-fastai FILE --peak-memory-mb 2100    keeps what a program of fastai wrote of one
import { bootstrap } from "./bootstrap.mjs";

await bootstrap();
const { results } = await import("../dist/bench/results/results.js");
const { UserError } = await import("../dist/src/core/errors.js");
try {
  await results(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
