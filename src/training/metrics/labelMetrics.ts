import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { checkNumber } from "../../core/checkNumber.js";
import { valueAt } from "../../core/valueAt.js";
import { auroc } from "../../statistics/rocCurve.js";
import { mean } from "../../statistics/sum.js";
import { type Metric, type MetricInput, named, nameWith, requireInput } from "./metrics.js";

/** From which probability on a label is predicted. */
export interface ThreshOptions {
  /** In (0, 1). @default 0.5 of `accuracyThresh`, 0.2 of `fBetaThresh`, as in fast.ai */
  readonly thresh?: number;
}

const kinds: OptionKinds<ThreshOptions> = { thresh: "number" };

/**
 * The share of the known labels, over all images, that are predicted rightly, in 0..1 (fast.ai's `accuracy_thresh`). For images
 * that may have several labels.
 * @throws UserError when `thresh` is not in (0, 1)
 */
export function accuracyThresh(options: ThreshOptions = {}): Metric {
  checkOptions("accuracyThresh()", options, kinds);
  const { thresh } = options;
  const cut = cutOf(thresh ?? 0.5);
  return ofLabels(nameWith("accuracyThresh", thresh), (input) => {
    const right = knownOf(input).map(({ logit, target }) => Number(logit > cut === (target === 1)));
    return right.length === 0 ? NaN : mean(right);
  });
}

/**
 * The mean over the images of (1 + beta^2) P R / (beta^2 P + R), of the labels of each image that are known (fast.ai's
 * `fbeta`). For images that may have several labels.
 * @throws UserError when `thresh` is not in (0, 1) or beta not above 0
 */
export function fBetaThresh(given: ThreshOptions & { readonly beta?: number } = {}): Metric {
  checkOptions("fBetaThresh()", given, { ...kinds, beta: "number" });
  const { thresh, beta } = given;
  const cut = cutOf(thresh ?? 0.2);
  const weight = checkNumber("beta", beta ?? 2, { above: 0 }) ** 2;
  // fast.ai's, so that an image without labels of which none is predicted counts 0.
  const eps = 1e-9;
  return ofLabels(nameWith("fBetaThresh", thresh, beta), (input) =>
    mean(
      Array.from(input.y, (_, i) => {
        let [both, predicted, actual] = [0, 0, 0];
        for (const { logit, target } of knownOf(input, i)) {
          const isPredicted = Number(logit > cut);
          both += isPredicted * target;
          predicted += isPredicted;
          actual += target;
        }
        const [precision, recall] = [both / (predicted + eps), both / (actual + eps)];
        return ((precision * recall) / (precision * weight + recall + eps)) * (1 + weight);
      }),
    ),
  );
}

/**
 * The mean over the labels of the area under the ROC curve among the images of which the label is known, in 0..1; a label
 * that none or all of these have is left out, and NaN where that leaves none. For images that may have several labels.
 */
export function labelAuroc(): Metric {
  const metric = ofLabels("labelAuroc", (input) => {
    const areas = Array.from({ length: input.c }, (_, label) => {
      const known = knownOf(input).filter((each) => each.label === label);
      return auroc({
        scores: Float64Array.from(known, ({ logit }) => logit),
        positive: Uint8Array.from(known, ({ target }) => target),
      });
    });
    const there = areas.filter((area) => !Number.isNaN(area));
    return there.length === 0 ? NaN : mean(there);
  });
  return Object.assign(metric, { whole: true });
}

const cutOf = (thresh: number): number => {
  checkNumber("thresh", thresh, { above: 0, below: 1 });
  return Math.log(thresh / (1 - thresh));
};

function ofLabels(name: string, of: (input: MetricInput) => number): Metric {
  const metric: Metric = (input) => {
    requireInput(metric, input);
    return of(input);
  };
  return named(name, Object.assign(metric, { whole: false, higherIsBetter: true, takesLabels: true }));
}

interface KnownLabel {
  readonly label: number;
  readonly logit: number;
  readonly target: number;
}

/** The labels that are known, of all images or of one. */
function knownOf(
  { logits, c, targets = new Float32Array(logits.length).fill(NaN) }: MetricInput,
  i?: number,
): KnownLabel[] {
  const [from, to] = i === undefined ? [0, logits.length] : [i * c, (i + 1) * c];
  const known: KnownLabel[] = [];
  for (let at = from; at < to; at++) {
    const target = valueAt(targets, at);
    if (!Number.isNaN(target)) known.push({ label: at % c, logit: valueAt(logits, at), target });
  }
  return known;
}
