import { currentDisplay, type Table } from "../display/Display.js";
import { integer, oneOf } from "../inRange.js";
import type { Predictions } from "../training/Predictions.js";
import { BinaryInterpretation } from "./BinaryInterpretation.js";
import { classIndex } from "./classIndex.js";
import {
  accuracyOf,
  balancedAccuracyOf,
  confusionMatrix,
  type ConfusionMatrix,
  errorRateOf,
  formatShare,
  precisionOf,
  predictedClasses,
  recallOf,
  type Share,
  specificityOf,
} from "./confusionMatrix.js";
import { confusionMatrixFigure, type ConfusionMatrixFigureOptions } from "./confusionMatrixFigure.js";
import type { ExplainingLearner } from "./gradCam.js";
import { plotCases, type PlotCasesOptions } from "./plotCases.js";
import { formatInterval, wilsonInterval } from "./wilsonInterval.js";

/** What an interpretation asks of a learner. */
export interface PredictingLearner {
  readonly data: Readonly<
    Record<"trainDs" | "validDs", { readonly items: readonly { readonly path: string }[] }>
  >;
  getPreds(options: { readonly dsType: "train" | "valid" }): Promise<Predictions>;
}

/** An item, and how badly it was predicted. */
export interface TopLoss {
  /** Index in the validation set. */
  readonly index: number;
  /** Undefined where the predictions came without paths. */
  readonly path: string | undefined;
  /** Cross-entropy. */
  readonly loss: number;
  /** Its class. */
  readonly actual: string;
  /** The class with the highest probability. */
  readonly predicted: string;
  /** Of the actual class, 0..1. */
  readonly probability: number;
}

/** How often one class was taken for another. */
export interface Confusion {
  /** The class that it was. */
  readonly actual: string;
  /** The class that it was taken for. */
  readonly predicted: string;
  /** Items. */
  readonly count: number;
}

/** The numbers of `metrics()`, as they go into `metrics.json`; a share of nothing is NaN here and null there. */
export interface ClassificationMetrics {
  /** 1 - accuracy. */
  readonly errorRate: number;
  /** The share of images that got their class. */
  readonly accuracy: number;
  /** TP / (TP + FP). */
  readonly precision: number;
  /** TP / (TP + FN). */
  readonly recall: number;
  /** TN / (TN + FP). */
  readonly specificity: number;
  /** The mean of every class's recall. */
  readonly balancedAccuracy: number;
  /** Rows actual, columns predicted. */
  readonly confusionMatrix: ConfusionMatrix;
  /** The class that precision, recall and specificity speak of. */
  readonly positiveClass: string;
  /** 95% intervals of the shares above, after Wilson. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** What a net got right and wrong on the validation set: fast.ai's `ClassificationInterpretation`. */
export class ClassificationInterpretation {
  private readonly matrix: ConfusionMatrix;

  private constructor(
    /** What it is about. */
    readonly preds: Predictions,
    private readonly paths: readonly string[],
    /** The class that precision, recall and specificity speak of. */
    readonly positiveClass: string,
  ) {
    this.matrix = confusionMatrix(preds);
  }

  /**
   * Predicts one of the learner's sets, not augmented. The positive class is PNEUMONIA where there is one, else the
   * second.
   * @param options `dsType`: "valid" by default
   */
  static async fromLearner(
    learn: PredictingLearner,
    { dsType = "valid" }: { readonly dsType?: "train" | "valid" } = {},
  ): Promise<ClassificationInterpretation> {
    const { trainDs: train, validDs: valid } = learn.data;
    const { items } = { train, valid }[oneOf("dsType", dsType, ["train", "valid"])];
    const paths = items.map(({ path }) => path);
    return ClassificationInterpretation.fromPredictions(await learn.getPreds({ dsType }), { paths });
  }

  /** @throws UserError when there is no such class */
  static fromPredictions(
    preds: Predictions,
    options: { readonly paths?: readonly string[]; readonly positiveClass?: string } = {},
  ): ClassificationInterpretation {
    const usual = preds.classes.includes("PNEUMONIA") ? "PNEUMONIA" : preds.classes[1];
    const positive = options.positiveClass ?? usual ?? "";
    classIndex(preds.classes, positive);
    return new ClassificationInterpretation(preds, options.paths ?? [], positive);
  }

  /** Counts: rows actual, columns predicted. */
  confusionMatrix(): ConfusionMatrix {
    return this.matrix;
  }

  /** Draws the matrix, with each cell's count and its share of the row. */
  async plotConfusionMatrix(options: ConfusionMatrixFigureOptions = {}): Promise<void> {
    await currentDisplay().figure(confusionMatrixFigure(this.matrix, this.preds.classes, options));
  }

  /** The share of images that got their class. */
  accuracy(): Share {
    return accuracyOf(this.matrix);
  }

  /** The share of images that got another class: 1 - accuracy. */
  errorRate(): Share {
    return errorRateOf(this.matrix);
  }

  /** Of those called positive, how many are: TP / (TP + FP). NaN where nothing was called positive. */
  precision(positive = this.positiveClass): Share {
    return precisionOf(this.matrix, classIndex(this.preds.classes, positive));
  }

  /** Also called sensitivity: of the positive, how many were found, TP / (TP + FN). */
  recall(positive = this.positiveClass): Share {
    return recallOf(this.matrix, classIndex(this.preds.classes, positive));
  }

  /** Of the negative, how many were left in peace: TN / (TN + FP). */
  specificity(positive = this.positiveClass): Share {
    return specificityOf(this.matrix, classIndex(this.preds.classes, positive));
  }

  /** The mean of every class's recall; a net that always gives the same answer has 0.5 with two classes. */
  balancedAccuracy(): number {
    return balancedAccuracyOf(this.matrix);
  }

  /**
   * One class against the rest: curves, intervals, thresholds and calibration.
   * @param options `positive`: the class, by default `positiveClass`; `set`: what the images are called, by default
   * "validation"
   */
  binary({ positive = this.positiveClass, set = "validation" } = {}): BinaryInterpretation {
    return new BinaryInterpretation(this.preds, positive, set);
  }

  /** Pairs that were mistaken for each other at least `minVal` times, the most frequent first. */
  mostConfused(minVal = 1): Confusion[] {
    const { classes } = this.preds;
    return this.matrix
      .flatMap((row, i) =>
        row.map((count, j) => ({
          actual: classes[i] ?? "",
          predicted: classes[j] ?? "",
          count,
          off: i !== j,
        })),
      )
      .filter(({ off, count }) => off && count >= minVal)
      .map(({ actual, predicted, count }) => ({ actual, predicted, count }))
      .sort((a, b) => b.count - a.count);
  }

  /** The `k` items with the highest loss (default all), the worst first. */
  topLosses(k = this.preds.y.length): TopLoss[] {
    integer("k", k, 0);
    const { losses, y, probs, classes } = this.preds;
    const predicted = predictedClasses(this.preds);
    return Array.from(losses, (loss, index) => ({ loss, index }))
      .sort((a, b) => b.loss - a.loss)
      .slice(0, k)
      .map(({ loss, index }) => ({
        index,
        path: this.paths[index],
        loss,
        actual: classes[y[index] ?? -1] ?? "",
        predicted: classes[predicted[index] ?? -1] ?? "",
        probability: probs[index * classes.length + (y[index] ?? 0)] ?? NaN,
      }));
  }

  /**
   * Shows the `k` images with the highest loss, the worst first: fast.ai's `plot_top_losses`.
   * @param learn the learner that was interpreted
   * @throws UserError when `k` is no whole number from 1 on, or an image cannot be decoded any more
   */
  async plotTopLosses(learn: ExplainingLearner, k: number, options: PlotCasesOptions = {}): Promise<void> {
    await plotCases(learn, this.topLosses(integer("k", k, 1)), options);
  }

  /**
   * Shows, for each class, the `k` images that were least certainly right and the `k` that were most clearly wrong.
   * @throws UserError as `plotTopLosses`
   */
  async plotCases(learn: ExplainingLearner, k: number, options: PlotCasesOptions = {}): Promise<void> {
    const most = integer("k", k, 1);
    for (const name of this.preds.classes) {
      const own = this.topLosses().filter(({ actual }) => actual === name);
      for (const right of [true, false]) {
        const chosen = own.filter(({ predicted }) => (predicted === name) === right).slice(0, most);
        currentDisplay().markdown(`**${name}, ${right ? "recognised" : "mistaken"}**`);
        await plotCases(learn, chosen, options);
      }
    }
  }

  /** Every number as a plain object. */
  metrics(): ClassificationMetrics {
    const shares = this.shares();
    const { errorRate, accuracy, precision, recall, specificity } = shares;
    return {
      errorRate: errorRate.value,
      accuracy: accuracy.value,
      precision: precision.value,
      recall: recall.value,
      specificity: specificity.value,
      balancedAccuracy: this.balancedAccuracy(),
      confusionMatrix: this.matrix,
      positiveClass: this.positiveClass,
      intervals: Object.fromEntries(
        Object.entries(shares).map(([name, { hits, of }]) => [name, wilsonInterval(hits, of)]),
      ),
    };
  }

  /** Every measure with its counts and its 95% interval, and the mean that has neither. */
  summary(): Table {
    const { errorRate, accuracy, precision, recall, specificity } = this.shares();
    const row = (measure: string, { hits, of, value }: Share): string[] => [
      measure,
      formatShare(value),
      `${hits}/${of}`,
      formatInterval(wilsonInterval(hits, of)),
    ];
    return {
      caption: `${this.preds.y.length} validation images; 95% intervals after Wilson`,
      columns: ["measure", "value", "counts", "95% interval"],
      rows: [
        row("error rate", errorRate),
        row("accuracy", accuracy),
        row(`precision (${this.positiveClass})`, precision),
        row(`recall, sensitivity (${this.positiveClass})`, recall),
        row(`specificity (${this.positiveClass})`, specificity),
        ["balanced accuracy", formatShare(this.balancedAccuracy()), "", ""],
      ],
    };
  }

  /** Shows {@link summary}. */
  showSummary(): void {
    currentDisplay().table(this.summary());
  }

  private shares() {
    return {
      errorRate: this.errorRate(),
      accuracy: this.accuracy(),
      precision: this.precision(),
      recall: this.recall(),
      specificity: this.specificity(),
    };
  }
}
