import { Random } from "../core/Random.js";
import type { Parameter } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Loss } from "../training/losses/Loss.js";
import { evaluateBatch } from "../training/session/evaluate.js";
import { softmax } from "../statistics/softmax.js";
import type { Mix } from "../training/mixUp.js";
import { NetSession } from "../training/session/NetSession.js";
import type { Training } from "../training/session/recordNet.js";
import type { Optimizer } from "../training/optimizers/Optimizer.js";
import type { TrainBatch } from "../training/DataBunch.js";
import { type ParityRow, relative } from "./ParityRow.js";
import { malformed } from "./tracedNet.js";
import { farthest, pairs } from "./pairs.js";

/** Some steps of fastai in one stage, and what it predicted after them. */
export interface RecordedStage {
  readonly stage: "frozen" | "unfrozen";
  readonly lr: readonly number[];
  /** Before each step's update. */
  readonly losses: readonly number[];
  /** The probabilities for the first batch, of class 1 where there are two, in evaluation mode afterwards: running statistics are in them. */
  readonly probabilities: readonly number[];
  /** With MixUp, how each batch was mixed. */
  readonly mixes?: readonly Mix[];
}

export interface ReplaySettings extends Pick<Training, "clipGrad"> {
  readonly loss: Loss;
  readonly optimizer: (groups: readonly (readonly Parameter[])[]) => Optimizer;
  /** Batches to a step of the optimizer; default 1. */
  readonly accumulate?: number;
  /** What is compared of the outputs after the steps. @default the probability of class 1, of two */
  readonly probabilities?: (logits: Float32Array) => Float32Array;
}

/**
 * Trains the net on the same batches with the same rates. Each loss is the one before its update, so a row compares
 * every forward pass, gradient and optimizer step before it.
 *
 * Tolerances, relative: frozen steps 0.3%; unfrozen 1% for the first three, 5% after, since differences in the
 * last bit grow from step to step (PyTorch with another convolution kernel differs from itself by 0.02%, 0.2% and
 * 2.2% there).
 */
export async function replay(
  model: Cnn,
  recorded: RecordedStage,
  batches: readonly TrainBatch[],
  { loss, clipGrad, accumulate, optimizer: make, probabilities = ofClassOne }: ReplaySettings,
): Promise<ParityRow[]> {
  const { stage, lr, losses, mixes } = recorded;
  const [first] = batches;
  if (!first) throw malformed("no batches");
  model.freezeTo(stage === "frozen" ? -1 : 0, true);
  const optimizer = make(model.groupParameters());
  optimizer.lrs = [...lr];
  let step = 0;
  const drawMix = mixes && (() => mixes[step] ?? missing(`how batch ${step} was mixed`));
  const training = { optimizer, random: new Random(0), drawMix, clipGrad, accumulation: accumulate };
  const session = await NetSession.start({ model, loss, training }, first);
  const rows: ParityRow[] = [];
  for (const fastai of losses) {
    const ours = await session.step(batches[step] ?? missing(`batch ${step}`));
    const tolerance = stage === "frozen" ? 0.003 : step < 3 ? 0.01 : 0.05;
    rows.push(relative(`${stage} loss ${step}`, ours, fastai, tolerance));
    step++;
  }
  await session.update();
  await session.close();
  optimizer.dispose();
  return [...rows, evaluation(recorded, probabilities(evaluateBatch(model, first, loss).logits))];
}

/** Compared as a probability: its scale does not depend on how far training has driven the logits apart. */
function evaluation({ stage, probabilities }: RecordedStage, ours: Float32Array): ParityRow {
  return {
    name: `${stage} evaluation, worst item`,
    ...farthest(pairs(ours, probabilities)),
    tolerance: stage === "frozen" ? 0.003 : 0.05,
    unit: "absolute",
  };
}

const ofClassOne = (logits: Float32Array): Float32Array =>
  Float32Array.from(softmax(logits, 2).filter((_, i) => i % 2 === 1));

function missing(what: string): never {
  throw malformed(`it lacks ${what}`);
}
