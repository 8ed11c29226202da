import { readFile } from "node:fs/promises";
import { z } from "zod";
import { sum } from "../../src/statistics/sum.js";
import { crossEntropyOfProbabilities } from "../../src/statistics/crossEntropy.js";
import { kermanyClasses } from "../../src/xrays/DataSource.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";

/** The article's protocol as fastai 1.0.61 ran it on the X-rays, by a file in `docs/results/`. */
export interface FastaiRun {
  readonly size: number;
  readonly bs: number;
  readonly seed: number;
  readonly trainSize: number;
  readonly validSize: number;
  readonly epochsFrozen: number;
  readonly epochsUnfrozen: number;
  /** Undefined where it was not measured. */
  readonly peakMemoryMB: number | undefined;
  readonly interp: ClassificationInterpretation;
}

const schema = z.object({
  size: z.int(),
  bs: z.int(),
  seed: z.int(),
  train: z.int(),
  valid: z.int(),
  rows: z.array(z.object({ stage: z.enum(["frozen", "unfrozen"]) })),
  peak_memory_mb: z.number().optional(),
  prob_pneumonia: z.array(z.number().min(0).max(1)),
  /** Below the data set's folder: `test/NORMAL/IM-0001-0001.jpeg`. */
  files: z.array(z.string()),
});

/** Reads what a program of fastai wrote: its settings, its times, and each test image's probability of pneumonia. */
export async function readFastaiRun(file: string): Promise<FastaiRun> {
  const run = schema.parse(JSON.parse(await readFile(file, "utf8")));
  const y = Int32Array.from(run.files, (name) =>
    kermanyClasses.findIndex((each) => name.includes(`/${each}/`)),
  );
  const probs = Float32Array.from(run.prob_pneumonia.flatMap((p) => [1 - p, p]));
  const losses = crossEntropyOfProbabilities(probs, y);
  const epochs = (stage: string) => sum(run.rows.map((row) => (row.stage === stage ? 1 : 0)));
  return {
    size: run.size,
    bs: run.bs,
    seed: run.seed,
    trainSize: run.train,
    validSize: run.valid,
    epochsFrozen: epochs("frozen"),
    epochsUnfrozen: epochs("unfrozen"),
    peakMemoryMB: run.peak_memory_mb,
    interp: ClassificationInterpretation.fromPredictions(
      { classes: kermanyClasses, y, probs, losses, set: "test" },
      { paths: run.files },
    ),
  };
}
