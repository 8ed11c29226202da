import { adam } from "../training/optimizers/Adam.js";
import { crossEntropy } from "../training/losses/CrossEntropy.js";
import { sgd } from "../training/optimizers/SGD.js";
import type { ParityRow } from "./ParityRow.js";
import { type RecordedStage, replay, type ReplaySettings } from "./replay.js";
import { type RecordedPixels, recordedBatches, tracedNet, recordWith } from "./tracedNet.js";

/** The record of `test/parity/oracle/trace.py`: steps of fastai's own learner under several options. */
interface Runs extends RecordedPixels {
  /** See {@link tracedNet}. */
  readonly net?: string;
  readonly labels: readonly (readonly number[])[];
  readonly runs: Readonly<Record<string, Run>>;
}

interface Run {
  readonly options: Options;
  readonly stages: readonly {
    readonly stage: RecordedStage["stage"];
    readonly losses: readonly number[];
    readonly mixes: readonly {
      readonly lambda: readonly number[];
      readonly permutation: readonly number[];
    }[];
    readonly eval_probabilities: readonly (readonly number[])[];
  }[];
}

interface Options {
  readonly optimizer: "adam" | "sgd";
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly momentum?: number;
  readonly wd: number;
  readonly true_wd: boolean;
  readonly bn_wd: boolean;
  readonly frozen_lr: readonly number[];
  readonly unfrozen_lr: readonly number[];
  readonly clip: number | null;
  readonly label_smoothing: number;
  readonly class_weights: readonly number[] | null;
  readonly mixup: number | null;
  readonly accumulate: number;
}

/** Replays each run from the record's weights on, with its options (see `replay`). */
export async function runsParity(record: unknown): Promise<ParityRow[]> {
  const { net, labels, runs, ...pixels } = recordWith<Runs>(record, [
    "size",
    "bs",
    "labels",
    "pixels",
    "runs",
  ]);
  const batches = recordedBatches(pixels, labels);
  const rows: ParityRow[] = [];
  for (const [name, { options, stages }] of Object.entries(runs)) {
    const model = await tracedNet(net);
    try {
      for (const { stage, losses, mixes, eval_probabilities } of stages) {
        const recorded = {
          stage,
          losses,
          lr: options[`${stage}_lr`],
          probabilities: eval_probabilities.map(([, of = NaN]) => of),
          mixes: options.mixup === null ? undefined : mixes.map(mixOf),
        };
        const replayed = await replay(model, recorded, batches, settingsOf(options));
        rows.push(...replayed.map((row) => ({ ...row, name: `${name}: ${row.name}` })));
      }
    } finally {
      model.dispose();
    }
  }
  return rows;
}

function settingsOf(options: Options): ReplaySettings {
  const { wd, true_wd: trueWd, bn_wd: bnWd, betas, eps, momentum, clip, accumulate } = options;
  const optFunc = options.optimizer === "sgd" ? sgd({ momentum }) : adam({ betas, eps });
  return {
    loss: crossEntropy({
      labelSmoothing: options.label_smoothing,
      classWeights: options.class_weights ?? undefined,
    })(2),
    optimizer: (groups) => optFunc(groups, { wd, trueWd, bnWd }),
    clipGrad: clip ?? undefined,
    accumulate,
  };
}

const mixOf = ({ lambda, permutation }: Run["stages"][number]["mixes"][number]) => ({
  lambda: Float32Array.from(lambda),
  permutation: Int32Array.from(permutation),
});
