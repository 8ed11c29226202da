import type { DataBunch, TrainBatch } from "../training/DataBunch.js";
import { adam } from "../training/optimizers/Adam.js";
import { crossEntropy } from "../training/losses/CrossEntropy.js";
import { evaluateBatch } from "../training/session/evaluate.js";
import { softmax } from "../statistics/softmax.js";
import { Learner } from "../training/Learner.js";
import { LRFinder, type LRFinderOptions } from "../training/callbacks/LRFinder.js";
import { lrSuggestions } from "../training/recorder/lrSuggestions.js";
import { readyLoader } from "../training/readyLoader.js";
import { sgd } from "../training/optimizers/SGD.js";
import { smoothing as beta, SmoothenValue } from "../training/recorder/SmoothenValue.js";
import { absolute, type ParityRow, relative } from "./ParityRow.js";
import { malformed, type RecordedPixels, recordedBatches, tracedNet, recordWith } from "./tracedNet.js";

/** The record of `test/parity/oracle/lr_find.py`: fastai's own `lr_find` on batches in a fixed order. */
interface LrFindRecord extends RecordedPixels {
  /** See {@link tracedNet}. */
  readonly net?: string;
  readonly labels: readonly (readonly number[])[];
  readonly adam: { readonly betas: readonly [number, number]; readonly eps: number; readonly wd: number };
  /** SGD's momentum. */
  readonly momentum: number;
  readonly lr_searches: Readonly<Record<string, Search>>;
}

interface Search {
  readonly options: {
    /** Default "adam". */
    readonly optimizer?: "adam" | "sgd";
    readonly stage: "frozen" | "unfrozen";
    readonly start_lr: number;
    readonly end_lr: number;
    readonly num_it: number;
    readonly stop_div: boolean;
  };
  readonly lrs: readonly number[];
  readonly losses: readonly number[];
  readonly losses_other_kernels: readonly number[];
  readonly smooth: readonly number[];
  /** Null where too few points are shown. */
  readonly minimum: number | null;
}

/** The part of the record that has `minimum` in it: from the third value on, without the last two. */
const shown = [2, -2] as const;

/**
 * Searches with `learn.lrFind` on the same net and batches: the rates, each batch's loss, the step at which the search
 * ends, and whether the net is as before. High rates turn differences in the last bit into other losses, for fastai
 * itself too; what its two recorded runs disagree about is not compared (see {@link determined}). So smoothing, end
 * and suggestion are also held against fastai's on fastai's own losses, where they must agree to the last one.
 */
export async function lrFindParity(record: unknown): Promise<ParityRow[]> {
  const {
    net,
    labels,
    lr_searches: searches,
    adam: withAdam,
    momentum,
    ...pixels
  } = recordWith<LrFindRecord>(record, ["size", "bs", "labels", "pixels", "adam", "lr_searches"]);
  const data = fixedData(recordedBatches(pixels, labels));
  const rows: ParityRow[] = [];
  for (const [name, search] of Object.entries(searches)) {
    const model = await tracedNet(net);
    const optFunc =
      search.options.optimizer === "sgd"
        ? sgd({ momentum })
        : adam({ betas: withAdam.betas, eps: withAdam.eps });
    const learn = new Learner(data, model, "traced net", { optFunc, wd: withAdam.wd });
    try {
      const own = await searchRows(learn, search);
      rows.push(...own.map((row) => ({ ...row, name: `${name}: ${row.name}` })));
    } finally {
      learn.dispose();
    }
  }
  return rows;
}

async function searchRows(learn: Learner<FixedData>, recorded: Search): Promise<ParityRow[]> {
  const { stage, start_lr: startLr, end_lr: endLr, num_it: numIt, stop_div: stopDiv } = recorded.options;
  if (stage === "frozen") learn.freeze();
  else learn.unfreeze();
  const before = probabilities(learn);
  // fast.ai's own rule: every batch counts.
  const options: LRFinderOptions = { startLr, endLr, numIt, stopDiv, warmup: 0 };
  await learn.lrFind(options);
  const { lrs, losses } = learn.recorder;
  const own = unsmoothed(losses);
  const after = probabilities(learn);
  const moved = Math.max(...after.map((p, i) => Math.abs(p - (before[i] ?? NaN))));
  return [
    ...determined(recorded).map(({ loss, tolerance }, i) =>
      relative(`loss ${i}`, own[i] ?? NaN, loss, tolerance),
    ),
    relative("batches by its own losses", losses.length, endOf(losses, options), 0),
    ...(isEndDetermined(recorded) ? [relative("batches", losses.length, recorded.losses.length, 0)] : []),
    ...recorded.lrs.slice(0, lrs.length).map((lr, i) => relative(`rate ${i}`, lrs[i] ?? NaN, lr, 1e-9)),
    ...ruleRows(recorded, options),
    absolute("put back", moved, 0, 1e-6),
  ];
}

/**
 * The losses that fastai's two runs, which differ in nothing but the layout in memory, agree about to 1%. Ours may be
 * off by ten times as much as they are until then, since our batch norms differ from PyTorch's by ten times as much as
 * PyTorch's from themselves, or by 0.3% (frozen) and 1% (unfrozen) as in `replay`.
 */
function determined({ options, losses, losses_other_kernels: others }: Search): {
  readonly loss: number;
  readonly tolerance: number;
}[] {
  const least = options.stage === "frozen" ? 0.003 : 0.01;
  let apart = 0;
  return losses.flatMap((loss, i) => {
    apart = Math.max(apart, Math.abs(loss - (others[i] ?? Infinity)) / loss);
    return apart < 0.01 ? [{ loss, tolerance: Math.max(least, 10 * apart) }] : [];
  });
}

/**
 * Whether a search ends with the same batch whatever the last bits are: because its batches are counted, or because
 * fastai's two runs agree about each of its losses. Else another processor's last bits may end it a batch earlier; it
 * is then held against the rule alone, on its own losses and on fastai's.
 */
function isEndDetermined(search: Search): boolean {
  const { options, losses } = search;
  return !options.stop_div || losses.length === options.num_it || determined(search).length === losses.length;
}

function smoothed(losses: readonly number[]): number[] {
  const average = new SmoothenValue();
  return losses.map((loss) => average.add(loss));
}

/** How many batches a search with these smoothed losses has; NaN where they do not end it. */
function endOf(smoothLosses: readonly number[], options: LRFinderOptions): number {
  const finder = new LRFinder({ lrs: [NaN] }, options);
  const end = smoothLosses.findIndex(
    (smoothLoss, i) => finder.batchEnd({ iteration: i + 1, smoothLoss }).stopTraining === true,
  );
  return end === -1 ? NaN : end + 1;
}

/** The rule alone: smoothed losses, end and suggestion, on the losses that fastai had. */
function ruleRows({ losses, smooth, lrs, minimum }: Search, options: LRFinderOptions): ParityRow[] {
  const ours = smoothed(losses);
  const suggested = lrSuggestions(lrs.slice(...shown), smooth.slice(...shown))?.minimum ?? NaN;
  return [
    // fastai smooths in single precision.
    ...smooth.map((fastai, i) => relative(`smoothed ${i}`, ours[i] ?? NaN, fastai, 1e-5)),
    relative("batches by the rule", endOf(ours, options), losses.length, 0),
    ...(minimum === null ? [] : [relative("minimum / 10", suggested, minimum, 1e-9)]),
  ];
}

/** Each batch's own loss from the smoothed ones: a bias-corrected moving average, undone. */
function unsmoothed(smooth: readonly number[]): number[] {
  const moving = (i: number): number => (i < 0 ? 0 : (smooth[i] ?? NaN) * (1 - beta ** (i + 1)));
  return smooth.map((_, i) => (moving(i) - beta * moving(i - 1)) / (1 - beta));
}

function probabilities({ model, data }: Learner<FixedData>): Float32Array {
  return softmax(evaluateBatch(model, data.first, crossEntropy()(2)).logits, 2);
}

interface FixedData extends DataBunch {
  readonly first: TrainBatch;
}

/** The same batches in the same order in each pass. */
function fixedData(batches: readonly TrainBatch[]): FixedData {
  const [first] = batches;
  if (!first) throw malformed("no batches");
  const bs = first.y.length;
  const items = Array.from({ length: bs }, (_, i) => i);
  const loader = readyLoader(batches.map((batch) => ({ ...batch, items })));
  return {
    classes: ["0", "1"],
    c: 2,
    bs,
    seed: 0,
    first,
    trainDl: loader,
    validDl: loader,
    fixDl: loader,
    validDs: loader.dataset,
  };
}
