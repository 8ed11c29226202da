import { currentDisplay } from "../display/Display.js";
import { interruptible } from "../interrupt.js";
import type { Learner } from "./Learner.js";
import type { Predictions } from "./Predictions.js";

/** Runs the validation set through the net in evaluation mode. */
export function getPreds(learn: Learner): Promise<Predictions> {
  return interruptible(async (check) => {
    const { data } = learn;
    const n = data.validDs.length;
    const probs = new Float32Array(n * data.c);
    const [y, losses] = [new Int32Array(n), new Float32Array(n)];
    const progress = currentDisplay().taskProgress("predicting", n);
    let at = 0;
    try {
      for await (const batch of data.validDl.batches()) {
        const result = await learn.evaluateBatch(batch);
        probs.set(softmax(result.logits, data.c), at * data.c);
        y.set(batch.y, at);
        losses.set(result.losses, at);
        at += batch.y.length;
        progress.update(at);
        await check();
      }
    } finally {
      progress.end();
      await learn.endEvaluation();
    }
    return { probs, y, losses, classes: data.classes };
  });
}

/** Probabilities from logits `[n, c]` row by row. */
export function softmax(logits: Float32Array, c: number): Float32Array {
  const probs = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += c) {
    const values = logits.subarray(row, row + c);
    const highest = Math.max(...values);
    const powers = Array.from(values, (value) => Math.exp(value - highest));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, i) => (probs[row + i] = power / sum));
  }
  return probs;
}
