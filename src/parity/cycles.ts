import { oneCycle, type OneCycleOptions } from "../training/callbacks/OneCycleScheduler.js";
import { type LearningRate, lrRange, slice } from "../training/optimizers/slice.js";
import { type ParityRow, relative } from "./ParityRow.js";
import { recordWith } from "./tracedNet.js";

/** The record of `test/parity/oracle/cycles.py`: one-cycle fits of fastai's own under drawn options. */
interface CyclesRecord {
  readonly cycles: readonly Cycle[];
}

interface Cycle {
  readonly options: {
    readonly groups: number;
    readonly batches: number;
    readonly epochs: number;
    readonly max_lr: number | readonly number[] | { readonly start?: number; readonly stop: number };
    readonly moms?: readonly [number, number];
    readonly div_factor?: number;
    readonly pct_start?: number;
    readonly final_div?: number;
    readonly tot_epochs?: number;
  };
  /** The learning rate of each layer group, for each batch. */
  readonly lrs: readonly (readonly number[])[];
  /** The momentum of each batch. */
  readonly moms: readonly number[];
}

/** Arithmetic, like the oracle's own schedules. */
const tolerance = 1e-9;

/** Every rate and momentum of each cycle: the one that is furthest off. */
export function cyclesParity(record: unknown): ParityRow[] {
  const { cycles } = recordWith<CyclesRecord>(record, ["cycles"]);
  return cycles.flatMap(({ options, lrs, moms }, i) => {
    const { groups, batches, epochs, tot_epochs: totEpochs = epochs } = options;
    const shape: OneCycleOptions = {
      moms: options.moms,
      divFactor: options.div_factor,
      pctStart: options.pct_start,
      finalDiv: options.final_div,
    };
    const rates = lrRange(learningRate(options.max_lr), groups);
    const at = (k: number) => rates.map((maxLr) => oneCycle(k, batches * totEpochs, maxLr, shape));
    const names = Object.keys(options).filter((name) => !["groups", "batches", "epochs"].includes(name));
    const name = `${i + 1}: ${groups} groups, ${epochs} x ${batches} batches, ${names.join(", ")}`;
    return [
      furthest(
        `${name}: rates`,
        lrs.flat(),
        lrs.flatMap((_, k) => at(k).map(({ lr }) => lr)),
      ),
      furthest(
        `${name}: momenta`,
        moms,
        moms.map((_, k) => at(k)[0]?.mom ?? NaN),
      ),
    ];
  });
}

const learningRate = (maxLr: Cycle["options"]["max_lr"]): LearningRate => {
  if (typeof maxLr === "number" || !("stop" in maxLr)) return maxLr;
  return maxLr.start === undefined ? slice(maxLr.stop) : slice(maxLr.start, maxLr.stop);
};

function furthest(name: string, fastai: readonly number[], ours: readonly number[]): ParityRow {
  const rows = fastai.map((value, k) => relative(name, ours[k] ?? NaN, value, tolerance));
  // NaN is as far off as it gets.
  return rows.reduce((worst, row) =>
    Number.isNaN(worst.difference) || row.difference <= worst.difference ? worst : row,
  );
}
