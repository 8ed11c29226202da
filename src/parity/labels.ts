import { sigmoid } from "../statistics/fitLogistic.js";
import { Adam } from "../training/optimizers/Adam.js";
import { bceWithLogits } from "../training/losses/BCEWithLogits.js";
import type { ParityRow } from "./ParityRow.js";
import { type RecordedStage, replay } from "./replay.js";
import { type RecordedPixels, recordedBatches, tracedNet, recordWith } from "./tracedNet.js";

/** Each batch's images' labels, in the order of the net's outputs: null is not known. */
type Targets = readonly (readonly (readonly (number | null)[])[])[];

/** The record of `test/parity/oracle/labels.py`: steps of fastai's own learner on images that may have several labels. */
interface LabelRuns extends RecordedPixels {
  readonly net: string;
  readonly labels: readonly (readonly number[])[];
  /** Outputs of the net. */
  readonly c: number;
  readonly targets: Readonly<Record<"known" | "masked", Targets>>;
  readonly label_runs: Readonly<Record<string, LabelRun>>;
}

interface LabelRun {
  readonly masked: boolean;
  readonly options: {
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly wd: number;
    readonly frozen_lr: readonly number[];
    readonly unfrozen_lr: readonly number[];
    readonly class_weights: readonly number[] | null;
    readonly pos_weight: readonly number[] | null;
  };
  readonly stages: readonly {
    readonly stage: RecordedStage["stage"];
    readonly losses: readonly number[];
    readonly eval_probabilities: readonly (readonly number[])[];
  }[];
}

const keys = ["size", "bs", "net", "labels", "pixels", "c", "targets", "label_runs"] as const;

/** Replays each run from the record's weights on, with its loss (see `replay`). */
export async function labelsParity(record: unknown): Promise<ParityRow[]> {
  const { net, labels, c, targets, label_runs, ...pixels } = recordWith<LabelRuns>(record, keys);
  const images = recordedBatches(pixels, labels);
  const rows: ParityRow[] = [];
  for (const [name, { masked, options, stages }] of Object.entries(label_runs)) {
    const given = targets[masked ? "masked" : "known"];
    const batches = images.map((batch, b) => ({ ...batch, targets: numbersOf(given[b] ?? []) }));
    const { betas, eps, wd } = options;
    const settings = {
      loss: bceWithLogits({
        classWeights: options.class_weights ?? undefined,
        posWeight: options.pos_weight ?? undefined,
      })(c),
      optimizer: (groups: ConstructorParameters<typeof Adam>[0]) => new Adam(groups, { betas, eps, wd }),
      probabilities: (logits: Float32Array) => logits.map(sigmoid),
    };
    const model = await tracedNet(net, c);
    try {
      for (const { eval_probabilities, ...stage } of stages) {
        const recorded = {
          ...stage,
          lr: options[`${stage.stage}_lr`],
          probabilities: eval_probabilities.flat(),
        };
        const replayed = await replay(model, recorded, batches, settings);
        rows.push(...replayed.map((row) => ({ ...row, name: `${name}: ${row.name}` })));
      }
    } finally {
      model.dispose();
    }
  }
  return rows;
}

const numbersOf = (batch: Targets[number]): Float32Array =>
  Float32Array.from(batch.flat(), (target) => target ?? NaN);
