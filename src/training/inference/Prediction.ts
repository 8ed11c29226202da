import { withWords } from "../../core/withWords.js";
import { type Preprocessing, prepareImage } from "../../data/loading/prepareImage.js";
import { conformalSet, type ConformalSets, isUncertain } from "../../statistics/conformalSets.js";
import { valueAt } from "../../core/valueAt.js";
import { predictedClass, type DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { EvaluatedBatch } from "../session/evaluate.js";
import type { TrainBatch } from "../DataBunch.js";
import { joinLabels } from "../../core/joinLabels.js";
import { sigmoid } from "../../statistics/fitLogistic.js";
import { argmax } from "../../statistics/argmax.js";
import { probabilitiesOf, requireFinite } from "../getPreds.js";

/** What a net says of one image: fast.ai's `(category, index, probabilities)`. */
export interface Prediction {
  /**
   * The name of the predicted class: the most probable one, if the learner has no threshold of its own. Where images may have
   * several labels, those that it has, such as "Effusion;Mass", or "no label".
   */
  readonly class: string;
  /** Its index in the classes; of several labels that of the most probable one that the image has, or of all where it has none. */
  readonly label: number;
  /** Where images may have several labels, those that it has; undefined: it is of one class. */
  readonly labels?: readonly string[];
  /** The probability of each class, in their order; the sum is 1, unless images may have several labels. */
  readonly probabilities: readonly number[];
  /**
   * The classes that the image may be of, by the learner's conformal sets: of each class's images the promised share keeps
   * it. One is an answer; several mean that the net is uncertain, none that the image is like none. Undefined: the learner
   * has no such sets.
   */
  readonly possible?: readonly string[];
  /** Whether the predicted class is not the only possible one. Undefined: the learner has no conformal sets. */
  readonly uncertain?: boolean;
}

/**
 * What a prediction answers: its class, or that the net is uncertain, and between which classes, such as
 * "uncertain: NORMAL or PNEUMONIA".
 */
export function answerOf({ class: name, possible, uncertain = false }: Prediction): string {
  if (!uncertain || !possible) return name;
  if (possible.length === 0) return "uncertain: like none of the classes";
  const named = possible.includes(name) ? possible : [...possible, name];
  return `uncertain: ${named.join(" or ")}`;
}

/** The probability of the predicted class; undefined where images may have several labels, each with its own. */
export const probabilityOf = ({ label, labels, probabilities }: Prediction): number | undefined =>
  labels === undefined ? probabilities[label] : undefined;

/**
 * What is predicted, and how probable it is: "PNEUMONIA, probability 0.912"; of several labels "Effusion 0.731, Mass 0.582", or
 * "no label".
 */
export function predictionInWords(prediction: Prediction, classes: readonly string[]): string {
  const { class: name, labels, probabilities } = prediction;
  const three = (value = NaN): string => value.toFixed(3);
  if (!labels) return `${name}, probability ${three(probabilityOf(prediction))}`;
  const own = labels.map((label) => `${label} ${three(probabilities[classes.indexOf(label)])}`);
  return own.length === 0 ? name : own.join(", ");
}

/** How outputs become a prediction. */
export interface Decision {
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  /** Undefined: the most probable class is predicted. */
  readonly threshold?: DecisionThreshold;
  /** What the logits are divided by. @default 1 */
  readonly temperature?: number;
  /** From when on an image may be of a class. @default predictions do not say which classes are possible */
  readonly conformalSets?: ConformalSets;
  /**
   * Where images may have several labels, from which probability on an image has each, in the order of the classes; each
   * probability is then one by itself. @default an image is of one class
   */
  readonly labelThresholds?: readonly number[];
}

/** @param logits `[n, c]` row by row, c being the number of classes */
export function predictionsOf(logits: Float32Array, decision: Decision): Prediction[] {
  const { classes, threshold, temperature = 1, conformalSets, labelThresholds } = decision;
  const c = classes.length;
  if (labelThresholds) return labelPredictionsOf(logits, classes, labelThresholds);
  const probabilities = probabilitiesOf(
    logits.map((logit) => logit / temperature),
    c,
  );
  return Array.from({ length: logits.length / c }, (_, row) => {
    const own = probabilities.subarray(row * c, (row + 1) * c);
    const label = predictedClass(own, classes, threshold);
    const possible = conformalSets && conformalSet(own, conformalSets);
    const prediction: Prediction = {
      ...{ class: classes[label] ?? "", label, probabilities: [...own] },
      ...(possible && {
        possible: possible.map((k) => valueAt(classes, k)),
        uncertain: isUncertain(possible, label),
      }),
    };
    return inWords(prediction, classes);
  });
}

/** The same where images may have several labels. */
function labelPredictionsOf(
  logits: Float32Array,
  classes: readonly string[],
  thresholds: readonly number[],
): Prediction[] {
  requireFinite(logits);
  const c = classes.length;
  return Array.from({ length: logits.length / c }, (_, row) => {
    const own = logits.subarray(row * c, (row + 1) * c).map(sigmoid);
    const labels = classes.filter((_, k) => valueAt(own, k) >= valueAt(thresholds, k));
    const name = joinLabels(labels);
    // What is explained by default is a label that the image has, where it has one.
    const candidates = own.map((p, k) =>
      labels.length === 0 || labels.includes(valueAt(classes, k)) ? p : -1,
    );
    return inWords(
      { class: name, label: argmax(candidates, 0, c), labels, probabilities: [...own] },
      classes,
    );
  });
}

function inWords(prediction: Prediction, classes: readonly string[]): Prediction {
  return withWords(prediction, () => {
    const { probabilities } = prediction;
    const all = classes.map((name, i) => ({ name, p: probabilities[i] ?? NaN })).sort((a, b) => b.p - a.p);
    const shown = all.slice(0, 5).map(({ name, p }) => `${name} ${p.toFixed(3)}`);
    const more = all.length > shown.length ? ` and ${all.length - shown.length} more` : "";
    return `${answerOf(prediction)}; probabilities: ${shown.join(", ")}${more}`;
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
