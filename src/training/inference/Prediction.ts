import { withWords } from "../../core/withWords.js";
import { type Preprocessing, prepareImage } from "../../data/loading/prepareImage.js";
import { predictedClass, type DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { EvaluatedBatch } from "../session/evaluate.js";
import type { TrainBatch } from "../DataBunch.js";
import { probabilitiesOf } from "../getPreds.js";

/** What a net says of one image: fast.ai's `(category, index, probabilities)`. */
export interface Prediction {
  /** The name of the predicted class: the most probable one, if the learner has no threshold of its own. */
  readonly class: string;
  /** Its index in the classes. */
  readonly label: number;
  /** The probability of each class, in their order; the sum is 1. */
  readonly probabilities: readonly number[];
}

/** How outputs become a prediction. */
export interface Decision {
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  /** Undefined: the most probable class is predicted. */
  readonly threshold?: DecisionThreshold;
  /** What the logits are divided by. @default 1 */
  readonly temperature?: number;
}

/** @param logits `[n, c]` row by row, c being the number of classes */
export function predictionsOf(
  logits: Float32Array,
  { classes, threshold, temperature = 1 }: Decision,
): Prediction[] {
  const c = classes.length;
  const probabilities = probabilitiesOf(
    logits.map((logit) => logit / temperature),
    c,
  );
  return Array.from({ length: logits.length / c }, (_, row) => {
    const own = probabilities.subarray(row * c, (row + 1) * c);
    const label = predictedClass(own, classes, threshold);
    const prediction: Prediction = { class: classes[label] ?? "", label, probabilities: [...own] };
    return withWords(prediction, () => {
      const all = classes.map((name, i) => ({ name, p: own[i] ?? NaN })).sort((a, b) => b.p - a.p);
      const shown = all.slice(0, 5).map(({ name, p }) => `${name} ${p.toFixed(3)}`);
      const more = all.length > shown.length ? ` and ${all.length - shown.length} more` : "";
      return `${prediction.class}; probabilities: ${shown.join(", ")}${more}`;
    });
  });
}

/**
 * Prepares one image and asks a net of it.
 * @param image its path, or the bytes of the file
 * @throws BadImage when it cannot be decoded
 */
export async function predictImage(
  image: string | Uint8Array,
  preparation: Preprocessing,
  decision: Decision,
  evaluate: (batch: TrainBatch) => Promise<EvaluatedBatch>,
): Promise<Prediction> {
  const { logits } = await evaluate(await prepareImage(image, preparation));
  const [prediction] = predictionsOf(logits, decision);
  if (!prediction) throw new Error("the net gave nothing for an image");
  return prediction;
}
