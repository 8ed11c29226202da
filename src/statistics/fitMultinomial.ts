import { valueAt } from "../core/valueAt.js";
import { sigmoid } from "./fitLogistic.js";
import { exponentials } from "./softmax.js";
import { lbfgs } from "./lbfgs.js";

/** Items as rows of numbers, and which of them count. */
export interface FeatureRows {
  /** `[n, width]` row by row. */
  readonly features: Float32Array;
  readonly width: number;
  /** The items that count, by their places. */
  readonly rows: Int32Array;
}

/** A logistic regression of several classes. */
export interface MultinomialModel {
  /** The probabilities `[c]` of an item, by its place. */
  readonly probabilities: (features: Float32Array, row: number) => Float64Array;
}

/** How it is fitted. */
export interface MultinomialOptions {
  /** Number of classes. */
  readonly c: number;
  /** scikit-learn's `C`, above 0: the smaller, the more the weights are held back (ridge). */
  readonly inverseStrength: number;
  /** As of `lbfgs`. */
  readonly check: () => Promise<void>;
}

/** The largest part of the mean loss's gradient that is left: probabilities are then exact to about 1e-5. */
const tolerance = 1e-6;
const maxSteps = 2000;

/**
 * Fits a multinomial logistic regression with a ridge penalty on standardised features, the intercept apart: what
 * scikit-learn's `make_pipeline(StandardScaler(), LogisticRegression(C=...))` has when it has converged. Of two classes it is the
 * binary one, as there.
 * @param y class of each item, by its place in `features`; all classes are among the rows
 */
export async function fitMultinomial(
  { features, width, rows }: FeatureRows,
  y: ArrayLike<number>,
  { c, inverseStrength, check }: MultinomialOptions,
): Promise<MultinomialModel> {
  // Of two classes the first one's logit is 0.
  const outputs = c === 2 ? 1 : c;
  const { center, scale } = spread({ features, width, rows });
  const n = rows.length;
  const ridge = 1 / (inverseStrength * n);
  const weights = outputs * width;
  const folded = new Float64Array(weights);
  const offsets = new Float64Array(outputs);
  const logits = new Float64Array(outputs);

  /** The weights of features as they are, not standardised. */
  const fold = (at: Float64Array): void => {
    for (let k = 0; k < outputs; k++) {
      let offset = at[weights + k] ?? 0;
      for (let j = 0, w = k * width; j < width; j++, w++) {
        const weight = (at[w] ?? 0) / (scale[j] ?? 1);
        folded[w] = weight;
        offset -= weight * (center[j] ?? 0);
      }
      offsets[k] = offset;
    }
  };

  const objective = (at: Float64Array, gradient: Float64Array): number => {
    fold(at);
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const row = rows[i] ?? 0;
      logitsOf(features, row * width, folded, offsets, logits);
      const label = y[row] ?? 0;
      loss += toResiduals(logits, label);
      for (let k = 0; k < outputs; k++) {
        const residual = logits[k] ?? 0;
        gradient[weights + k] = (gradient[weights + k] ?? 0) + residual;
        for (let j = 0, w = k * width, x = row * width; j < width; j++, w++, x++) {
          gradient[w] = (gradient[w] ?? 0) + residual * (features[x] ?? 0);
        }
      }
    }
    let penalty = 0;
    for (let k = 0; k < outputs; k++) {
      const total = gradient[weights + k] ?? 0;
      gradient[weights + k] = total / n;
      for (let j = 0, w = k * width; j < width; j++, w++) {
        const weight = at[w] ?? 0;
        penalty += weight * weight;
        const sum = ((gradient[w] ?? 0) - (center[j] ?? 0) * total) / (scale[j] ?? 1);
        gradient[w] = sum / n + ridge * weight;
      }
    }
    return loss / n + (ridge / 2) * penalty;
  };

  const start = new Float64Array(weights + outputs);
  const fitted = await lbfgs(objective, start, { tolerance, maxSteps, check });
  fold(fitted);
  return {
    probabilities: (others, row) => {
      logitsOf(others, row * width, folded, offsets, logits);
      return probabilitiesOf(outputs === 1 ? Float64Array.of(0, logits[0] ?? 0) : logits.slice());
    },
  };
}

/** The mean and the standard deviation of each feature; 1 where all values are the same. */
function spread({ features, width, rows }: FeatureRows) {
  const center = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const row of rows) {
    for (let j = 0, x = row * width; j < width; j++, x++) center[j] = (center[j] ?? 0) + (features[x] ?? 0);
  }
  for (let j = 0; j < width; j++) center[j] = (center[j] ?? 0) / rows.length;
  for (const row of rows) {
    for (let j = 0, x = row * width; j < width; j++, x++) {
      scale[j] = (scale[j] ?? 0) + ((features[x] ?? 0) - (center[j] ?? 0)) ** 2;
    }
  }
  for (let j = 0; j < width; j++) {
    const deviation = Math.sqrt((scale[j] ?? 0) / rows.length);
    // Rounding errors alone are no spread.
    scale[j] = deviation > 1e-9 * Math.max(1e-9, Math.abs(center[j] ?? 0)) ? deviation : 1;
  }
  return { center, scale };
}

function logitsOf(
  features: Float32Array,
  start: number,
  weights: Float64Array,
  offsets: Float64Array,
  logits: Float64Array,
): void {
  const width = weights.length / offsets.length;
  for (let k = 0; k < offsets.length; k++) {
    let logit = offsets[k] ?? 0;
    for (let j = 0, w = k * width; j < width; j++, w++)
      logit += (weights[w] ?? 0) * (features[start + j] ?? 0);
    logits[k] = logit;
  }
}

/**
 * Makes of an item's logits, in place, the loss's derivatives by them.
 * @returns the loss
 */
function toResiduals(logits: Float64Array, label: number): number {
  if (logits.length === 1) {
    const logit = logits[0] ?? 0;
    logits[0] = sigmoid(logit) - label;
    return Math.max(logit, 0) - label * logit + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  const own = valueAt(logits, label);
  const highest = logits.reduce((most, each) => Math.max(most, each), -Infinity);
  let total = 0;
  for (let k = 0; k < logits.length; k++) {
    const power = Math.exp((logits[k] ?? 0) - highest);
    logits[k] = power;
    total += power;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] ?? 0) / total - (k === label ? 1 : 0);
  return Math.log(total) + highest - own;
}

function probabilitiesOf(logits: Float64Array): Float64Array {
  const { powers, total } = exponentials(logits);
  return Float64Array.from(powers, (power) => power / total);
}
