import { cnnLearner } from "../src/index.js";
import { architecture } from "./architecture.js";
import { median, peakRssMB, rounded, secondsOf } from "./figures.js";
import { inMemoryData } from "./inMemoryData.js";

export interface ValidOptions {
  readonly model: string;
  readonly size: number;
  readonly bs: number;
  /** Batches in a pass. */
  readonly steps: number;
}

export interface ValidResult extends ValidOptions {
  /** From the median of three passes. */
  readonly imgPerSec: number;
  /** The pass before them, which builds what they use again. */
  readonly firstPassSeconds: number;
  readonly peakRssMB: number;
}

const passes = 3;

/** The net in evaluation mode as `getPreds` runs it, on batches that lie ready. */
export async function measureValid({ model, size, bs, steps }: ValidOptions): Promise<ValidResult> {
  const data = inMemoryData({ size, bs, trainBatches: 1, validBatches: steps });
  const learn = await cnnLearner(data, architecture(model));
  const firstPassSeconds = await secondsOf(() => learn.getPreds());
  const seconds: number[] = [];
  for (let pass = 0; pass < passes; pass++) seconds.push(await secondsOf(() => learn.getPreds()));
  const result = { model, size, bs, steps, peakRssMB: peakRssMB() };
  learn.dispose();
  return {
    ...result,
    imgPerSec: rounded((steps * bs) / median(seconds)),
    firstPassSeconds: rounded(firstPassSeconds),
  };
}
