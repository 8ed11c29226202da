import { cnnLearner, type Callback, slice } from "../src/index.js";
import { UserError } from "../src/core/errors.js";
import { architecture } from "./architecture.js";
import type { Phase } from "./Case.js";
import { median, peakRssMB, rounded } from "./figures.js";
import { inMemoryData } from "./inMemoryData.js";
import { tensorFlowNanoseconds } from "./tensorFlowTime.js";

export interface StepOptions {
  readonly model: string;
  readonly size: number;
  readonly bs: number;
  readonly phase: Phase;
  /** Steps that count; two before them do not. */
  readonly steps: number;
  readonly gradientCheckpointing?: boolean;
}

export interface StepResult extends StepOptions {
  /** From the median step. */
  readonly imgPerSec: number;
  readonly msPerStep: number;
  /** The first step: building what later steps use again. */
  readonly firstStepMs: number;
  readonly peakRssMB: number;
  /** Share of the steps' wall time outside TensorFlow's calls, 0 to 1; only where calls are timed. */
  readonly jsShare?: number;
}

const warmUp = 2;

/**
 * Training steps as `learn.fit` makes them, on batches that lie ready, from the end of one step to the end of the
 * next. No validation.
 */
export async function measureStep({
  model,
  size,
  bs,
  phase,
  steps,
  gradientCheckpointing = false,
}: StepOptions): Promise<StepResult> {
  const data = inMemoryData({ size, bs, trainBatches: warmUp + steps, validBatches: 1 });
  const learn = await cnnLearner(data, architecture(model), { gradientCheckpointing });
  if (phase === "unfrozen") learn.unfreeze();

  const times: { wall: number; native: number | undefined; loss: number }[] = [];
  const note = (loss: number): void => {
    times.push({ wall: performance.now(), native: tensorFlowNanoseconds(), loss });
  };
  const clock: Callback = {
    epochBegin: ({ lastLoss }) => {
      note(lastLoss);
      return { skipValidate: true };
    },
    batchEnd: ({ lastLoss }) => {
      note(lastLoss);
    },
  };
  await learn.fit(1, slice(1e-6, 1e-4), [clock]);
  const result = { model, size, bs, phase, steps, gradientCheckpointing, peakRssMB: peakRssMB() };
  learn.dispose();

  if (!times.slice(1).every(({ loss }) => Number.isFinite(loss))) {
    throw new UserError("The loss is no finite number: this is no training.", "Run `npx xray doctor`.");
  }
  const durations = times.slice(1).map(({ wall }, i) => wall - (times[i]?.wall ?? NaN));
  const msPerStep = median(durations.slice(warmUp));
  return {
    ...result,
    imgPerSec: rounded((1000 * bs) / msPerStep),
    msPerStep: rounded(msPerStep),
    firstStepMs: rounded(durations[0] ?? NaN),
    ...jsShare(times[warmUp], times.at(-1)),
  };
}

type Moment = { readonly wall: number; readonly native: number | undefined } | undefined;

function jsShare(from: Moment, to: Moment): { jsShare?: number } {
  if (from?.native === undefined || to?.native === undefined) return {};
  return { jsShare: rounded(1 - (to.native - from.native) / 1e6 / (to.wall - from.wall)) };
}
