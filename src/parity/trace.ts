import { Adam } from "../training/optimizers/Adam.js";
import { CrossEntropy } from "../training/losses/CrossEntropy.js";
import { softmax } from "../statistics/softmax.js";
import type { ParityRow } from "./ParityRow.js";
import { type RecordedStage, replay } from "./replay.js";
import { type RecordedPixels, recordedBatches, tracedNet, recordWith } from "./tracedNet.js";

/** The record of the oracle's `trace`: a few steps of fastai on given pixels, without augmentation or dropout. */
interface Trace extends RecordedPixels {
  readonly wd: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly batches: readonly (readonly { readonly label: number }[])[];
  readonly stages: readonly (Omit<RecordedStage, "probabilities"> & {
    readonly eval_logits: readonly (readonly number[])[];
  })[];
}

/** Replays the trace with the same weights, batches, head and rates (see `replay`). */
export async function traceParity(record: unknown): Promise<ParityRow[]> {
  const trace = recordWith<Trace>(record, [
    "size",
    "bs",
    "wd",
    "betas",
    "eps",
    "batches",
    "pixels",
    "stages",
  ]);
  const batches = recordedBatches(
    trace,
    trace.batches.map((items) => items.map(({ label }) => label)),
  );
  const { betas, eps, wd } = trace;
  const settings = {
    loss: new CrossEntropy(2),
    optimizer: (groups: ConstructorParameters<typeof Adam>[0]) => new Adam(groups, { betas, eps, wd }),
  };
  const model = await tracedNet();
  const rows: ParityRow[] = [];
  try {
    for (const { eval_logits, ...stage } of trace.stages) {
      const probabilities = eval_logits.map((logits) => softmax(Float32Array.from(logits), 2)[1] ?? NaN);
      rows.push(...(await replay(model, { ...stage, probabilities }, batches, settings)));
    }
  } finally {
    model.dispose();
  }
  return rows;
}
