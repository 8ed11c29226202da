import { checkOptions } from "../core/checkOptions.js";
import { currentDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { interruptible } from "../core/interrupt.js";
import { withWords } from "../core/withWords.js";
import { sigmoid } from "../statistics/fitLogistic.js";
import type { LabelPredictions } from "../statistics/LabelPredictions.js";
import {
  type GetPredsOptions,
  getPredsKinds,
  loaderOf,
  patientsOf,
  type Predictor,
  requireFinite,
  requireOneSet,
  requireWhole,
  setOf,
} from "./getPreds.js";
import { requireSameClasses } from "./requireSameClasses.js";
import { requireSamePreparation } from "./requireSamePreparation.js";

/** See `Learner.getLabelPreds`. */
export function getLabelPreds(
  { runner, passes, data }: Predictor,
  options: GetPredsOptions,
): Promise<LabelPredictions> {
  checkOptions("getLabelPreds()", options, getPredsKinds);
  const { dsType, dl } = options;
  requireOneSet({ dsType, dl });
  if (data.isMultiLabel !== true) {
    throw new UserError(
      "getLabelPreds() predicts images that may have several labels, and these have one class each.",
      "Call learn.getPreds().",
    );
  }
  if (dl) requireSamePreparation(dl.preparation, data.validDl.preparation);
  const loader = dl ?? loaderOf(data, dsType ?? "valid");
  const { classes } = data;
  requireSameClasses(loader.dataset.classes ?? classes, classes);
  return interruptible(async (check) => {
    const [n, c] = [loader.dataset.length, classes.length];
    const [probs, targets] = [new Float32Array(n * c), new Float32Array(n * c).fill(NaN)];
    const progress = currentDisplay().taskProgress("predicting", n);
    const seen = new Set<number>();
    try {
      for await (const batch of passes.over(loader)) {
        const { logits } = await runner.evaluateBatch(batch);
        requireFinite(logits);
        batch.items.forEach((item, k) => {
          seen.add(item);
          for (let label = 0; label < c; label++) {
            probs[item * c + label] = sigmoid(logits[k * c + label] ?? NaN);
            targets[item * c + label] = batch.targets?.[k * c + label] ?? NaN;
          }
        });
        progress.update(seen.size);
        await check();
      }
    } finally {
      progress.end();
      await runner.endEvaluation();
    }
    requireWhole(seen.size, n);
    const { groupNoun } = loader.dataset;
    const patients = patientsOf(loader);
    const found: LabelPredictions = {
      ...{ probs, targets, classes, set: setOf(data, loader) },
      ...(patients && { patients }),
      ...(groupNoun && { groupNoun }),
    };
    return withWords(
      found,
      () => `Predictions of ${c} labels (${classes.join(", ")}) of ${n} ${found.set ?? ""} images`,
    );
  });
}
