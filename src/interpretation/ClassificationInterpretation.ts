import { labelPredsRemedy, requireOneLabel } from "../training/requireOneLabel.js";
import { predictions } from "../statistics/argumentKinds.js";
import { aLearner, aNet } from "../training/argumentKinds.js";
import { aNumber, checkArguments } from "../core/checkArguments.js";
import { asTable, shownTable } from "../core/asTable.js";
import { withFields, withRows } from "../core/resultTables.js";
import { evaluationInWords } from "../statistics/evaluationInWords.js";
import { inspect } from "node:util";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DsType } from "../data/ImageDataBunch.js";
import { currentDisplay, type Table } from "../core/Display.js";
import { checkInteger, checkOneOf } from "../core/checkNumber.js";
import { UserError } from "../core/errors.js";
import { namesInWords } from "../core/namesInWords.js";
import { valueAt } from "../core/valueAt.js";
import { measuredOf, ofClass, type PositiveClass, positiveClass } from "../statistics/positiveClass.js";
import type { BatchLoader } from "../training/DataBunch.js";
import type { Predictions } from "../statistics/Predictions.js";
import { requireSameClasses } from "../training/requireSameClasses.js";
import { BinaryInterpretation } from "./BinaryInterpretation.js";
import { averageOf, balancedAccuracyOf } from "../statistics/averageOf.js";
import { classIndex } from "../statistics/classIndex.js";
import type { ClusteredShare } from "../statistics/clusteredShare.js";
import { type ClassShares, classShares, itemsOfClass, overallShares } from "../statistics/classShares.js";
import { classCounts, confusionMatrix, type ConfusionMatrix } from "../statistics/confusionMatrix.js";
import { type Counts, fBetaOf, precisionOf, recallOf, specificityOf } from "../statistics/Counts.js";
import { numberedGroups } from "../statistics/Groups.js";
import { formatEstimated, formatInterval, formatShare } from "../statistics/format.js";
import { measureNames } from "../statistics/measureNames.js";
import { predictedClasses } from "../statistics/predictedClasses.js";
import { auroc } from "../statistics/rocCurve.js";
import { mean } from "../statistics/sum.js";
import {
  confusionMatrixFigure,
  confusionMatrixKinds,
  type ConfusionMatrixFigureOptions,
} from "./confusionMatrixFigure.js";
import { dashNote } from "./dashNote.js";
import { type ExplainingLearner, factsOf } from "./gradCam.js";
import { imagesInWords, intervalsInWords } from "../statistics/imagesInWords.js";
import { clusteringOf } from "./clusteringOf.js";
import { type ClassificationMetrics, classShare, matrixMetrics } from "./matrixMetrics.js";
import { matrixTable } from "./matrixTable.js";
import { plotCases, type PlotCasesOptions } from "./plotCases.js";
import { plotConfusionImages, type PlotConfusionImagesOptions } from "./plotConfusionImages.js";
import { evaluationSections } from "./evaluationSections.js";
import { showSections } from "./showSections.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import { evaluatePredictions } from "../statistics/evaluatePredictions.js";
import type { EvaluateOptions, Evaluation } from "../statistics/evaluateScores.js";
import type { TopLoss } from "./TopLoss.js";
import { getPredsKinds, requireOneSet } from "../training/getPreds.js";

interface ImagesOfFiles {
  readonly items: readonly { readonly path: string }[];
}

/** What an interpretation asks of a learner. */
export interface PredictingLearner {
  readonly data: Readonly<Record<"trainDs" | "validDs", ImagesOfFiles>> & {
    readonly testDs?: ImagesOfFiles;
    readonly isMultiLabel?: boolean;
  };
  getPreds(options: { readonly dsType?: DsType; readonly dl?: BatchLoader }): Promise<Predictions>;
}

/** What predictions are called, and which class they are about. */
export interface InterpretationOptions {
  /** What the images are called in tables and titles, such as "held-out". @default the set that was predicted */
  readonly set?: string;
  /**
   * The class that precision, recall and their kind speak of. @default the learner's; of two classes the one that is
   * not a word for normal, else the second; of more none: they are means over the classes
   */
  readonly positiveClass?: string;
}

const interpretationKinds: OptionKinds<InterpretationOptions> = { set: "text", positiveClass: "text" };

/** Which images of a learner are interpreted. */
export interface FromLearnerOptions extends InterpretationOptions {
  /** The learner's own set; test images without labels are refused. @default "valid" */
  readonly dsType?: DsType;
  /** Another bunch's loader in place of it, such as `held.validDl`; its images are called "other" without a `set`. */
  readonly dl?: BatchLoader;
}

/** At which threshold, and for which prevalence beside the images' own, measures are computed. */
export interface EvaluationOptions extends Omit<EvaluateOptions, "secondThreshold"> {
  /** The class that the threshold is for. @default the interpretation's own */
  readonly positiveClass?: string;
}

/** A threshold that was chosen may be given whole, and says more of itself. */
const evaluationKinds: OptionKinds<EvaluationOptions & { readonly rule?: string; readonly counts?: Counts }> =
  {
    threshold: "number",
    prevalence: "number",
    positiveClass: "text",
    rule: "text",
    counts: "object",
  };

/** How often one class was taken for another. */
export interface Confusion {
  /** The class that it was. */
  readonly actual: string;
  /** The class that it was taken for. */
  readonly predicted: string;
  /** Items. */
  readonly count: number;
}

/** With more classes it is said in one clause why a measure of theirs is not defined. */
const mostReasons = 3;

const sharesOfCounts = { precision: precisionOf, recall: recallOf, specificity: specificityOf };

/** What a net got right and wrong on a set: fast.ai's `ClassificationInterpretation`. */
export class ClassificationInterpretation {
  private readonly matrix: ConfusionMatrix;
  /** Each class against the rest. */
  private readonly counts: readonly Counts[];
  private readonly overall: Pick<ClassShares, "accuracy" | "errorRate">;
  private readonly ofClasses = new Map<string, ClassShares>();

  private constructor(
    /** What it is about. */
    readonly preds: Predictions,
    private readonly paths: readonly string[],
    private readonly positive: PositiveClass | undefined,
    /** What the images are called in tables and titles, such as "validation"; undefined where it is not known. */
    readonly set: string | undefined,
  ) {
    this.matrix = asTable(confusionMatrix(preds), (matrix) =>
      matrixTable(matrix, preds.classes, this.images),
    );
    this.counts = classCounts(this.matrix);
    this.overall = overallShares(preds);
  }

  /**
   * Predicts images of a learner, not augmented. Where the names of the classes do not tell which is positive, it says
   * which one was taken.
   * @throws UserError when the data have no such set, its images have no labels, or there is no such class
   */
  static async fromLearner(
    learn: PredictingLearner,
    asked: FromLearnerOptions = {},
  ): Promise<ClassificationInterpretation> {
    checkArguments("ClassificationInterpretation.fromLearner(learn)", { learn: [learn, aLearner] });
    checkOptions("fromLearner()", asked, { ...getPredsKinds, ...interpretationKinds });
    requireOneLabel(learn.data, "ClassificationInterpretation", labelPredsRemedy);
    const { dsType: given, dl, ...options } = asked;
    requireOneSet({ dsType: given, dl });
    const dsType = checkOneOf("dsType", given ?? "valid", ["train", "valid", "test"]);
    const { trainDs: train, validDs: valid, testDs: test } = learn.data;
    const { items = [] } = dl ? dl.dataset : ({ train, valid, test }[dsType] ?? {});
    const paths = items.map(({ path }) => path);
    const preds = await learn.getPreds(dl ? { dl } : { dsType });
    const interp = ClassificationInterpretation.fromPredictions(preds, { ...options, paths });
    if (interp.positive?.remark !== undefined) currentDisplay().text(interp.positive.remark);
    return interp;
  }

  /**
   * @param options `paths`: the images' files, in the order of the predictions
   * @throws UserError when there is no such class, or the images have no labels
   */
  static fromPredictions(
    preds: Predictions,
    options: InterpretationOptions & { readonly paths?: readonly string[] } = {},
  ): ClassificationInterpretation {
    checkArguments("ClassificationInterpretation.fromPredictions(await learn.getPreds())", {
      preds: [preds, predictions],
    });
    checkOptions("fromPredictions()", options, { paths: "list", ...interpretationKinds });
    const { paths = [], set = preds.set } = options;
    const positive = positiveClass(preds.classes, options.positiveClass ?? preds.positiveClass);
    return new ClassificationInterpretation(preds, paths, positive, set);
  }

  /**
   * The class that precision, recall and specificity speak of; undefined where there are more than two classes and none
   * was given: they are means over the classes then.
   */
  get positiveClass(): string | undefined {
    return this.positive?.name;
  }

  /** Whose measures precision, recall and specificity are, in words: "cat", or "the mean of 3 classes". */
  get measuredOf(): string {
    return measuredOf(this.preds.classes, this.positiveClass);
  }

  /** How many images of which set, such as "624 validation images of 428 patients"; of patients only where they are known. */
  get images(): string {
    const { y, patients, groupNoun } = this.preds;
    return imagesInWords(y.length, this.set, patients, groupNoun);
  }

  /** How many patients the images are of; undefined where it is not known: they are taken as independent then. */
  get patients(): number | undefined {
    const { patients, y } = this.preds;
    return patients && numberedGroups(y.length, patients).count;
  }

  /** Counts: rows actual, columns predicted. */
  confusionMatrix(): ConfusionMatrix {
    return this.matrix;
  }

  /** Draws the matrix, with each cell's count and its share of the row. */
  async plotConfusionMatrix(options: ConfusionMatrixFigureOptions = {}): Promise<void> {
    checkOptions("plotConfusionMatrix()", options, confusionMatrixKinds);
    const title = options.title ?? `Confusion matrix, ${this.images}`;
    await currentDisplay().figure(
      confusionMatrixFigure(this.matrix, this.preds.classes, { ...options, title }),
    );
  }

  /**
   * Shows the matrix as a table whose cells lead to their images, those with the highest loss first, with file name and
   * probability; in a report too.
   * @param learn the learner that was interpreted
   * @throws UserError when `k` is no whole number from 1 on, or an image is not there any more
   */
  async plotConfusionImages(
    learn: ExplainingLearner,
    options: PlotConfusionImagesOptions = {},
  ): Promise<void> {
    checkArguments("interp.plotConfusionImages(learn)", { learn: [learn, aNet] });
    requireSameClasses(factsOf(learn).classes, this.preds.classes);
    await plotConfusionImages(learn, this.topLosses(), `Confusion matrix, ${this.images}`, options);
  }

  /** The share of images that got their class. */
  accuracy(): ClusteredShare {
    return this.overall.accuracy;
  }

  /** The share of images that got another class: 1 - accuracy. */
  errorRate(): ClusteredShare {
    return this.overall.errorRate;
  }

  /**
   * The share of true positives among those predicted positive, or positive predictive value: TP / (TP + FP). NaN where none was predicted so.
   * @param positive the class; where there is none, it is the mean over the classes, as fast.ai's `average="macro"`
   */
  precision(positive = this.positiveClass): ClusteredShare {
    return this.share("precision", positive);
  }

  /** Also called sensitivity: of the positive, how many were found, TP / (TP + FN); as {@link precision}. */
  recall(positive = this.positiveClass): ClusteredShare {
    return this.share("recall", positive);
  }

  /** The share of the negative that were not predicted positive: TN / (TN + FP); as {@link precision}. */
  specificity(positive = this.positiveClass): ClusteredShare {
    return this.share("specificity", positive);
  }

  /** The area under the ROC curve of the positive class; of more than two classes the mean of each against the rest. */
  areaUnderRoc(): number {
    const { classes } = this.preds;
    const names = this.positive ? [this.positive.name] : classes;
    return mean(names.map((positive) => auroc(this.binary({ positive }).scored)));
  }

  /** The mean of every class's recall; a net that always gives the same answer has 0.5 with two classes. */
  balancedAccuracy(): number {
    return balancedAccuracyOf(this.counts);
  }

  /**
   * One class against the rest: curves, intervals, thresholds and calibration.
   * @param options `positive`: the class, by default `positiveClass`; `set`: what the images are called, by default
   * the set that was predicted
   * @throws UserError when there is no such class, or there are more than two and none was given
   */
  binary(options: { readonly positive?: string; readonly set?: string } = {}): BinaryInterpretation {
    checkOptions("binary()", options, { positive: "text", set: "text" });
    const { positive = this.positiveClass, set = this.set } = options;
    if (positive === undefined) {
      const { classes } = this.preds;
      throw new UserError(
        `There are ${classes.length} classes, and none of them was given as the positive one.`,
        `Name it: interp.binary({ positive: ${JSON.stringify(classes[0])} }). The classes are ${classes.join(", ")}.`,
      );
    }
    return new BinaryInterpretation(this.preds, positive, set);
  }

  /**
   * The core set of measures (Van Calster and others, 2025), each with its 95% interval: discrimination, calibration, net
   * benefit and the distribution of the probabilities, then measures at the threshold. By patient where patients are known.
   * @throws UserError when the threshold is one for a class that there is not, or the prevalence is out of range
   */
  evaluation(options: EvaluationOptions = {}): Evaluation | ClassesEvaluation {
    checkOptions("evaluation()", options, evaluationKinds);
    const { positiveClass = this.positiveClass, threshold, prevalence } = options;
    const asked = { threshold, prevalence };
    const of = measuredOf(this.preds.classes, positiveClass);
    return evaluationInWords(
      evaluatePredictions(this.preds, positiveClass, asked),
      `${of} on ${this.images}; showEvaluation() shows all of it`,
    );
  }

  /** Shows {@link evaluation}, in tables, figures and sentences. */
  async showEvaluation(options: EvaluationOptions = {}): Promise<void> {
    checkOptions("showEvaluation()", options, evaluationKinds);
    const { positiveClass = this.positiveClass } = options;
    const { groupNoun } = this.preds;
    await showSections(evaluationSections(this.evaluation(options), { positiveClass, groupNoun }));
  }

  /** Pairs that were mistaken for each other at least `minVal` times, the most frequent first. */
  mostConfused(minVal = 1): Confusion[] {
    checkInteger("minVal", minVal, 0);
    const { classes } = this.preds;
    const pairs = this.matrix
      .flatMap((row, i) =>
        row.map((count, j) => ({
          actual: valueAt(classes, i),
          predicted: valueAt(classes, j),
          count,
        })),
      )
      .filter(({ actual, predicted, count }) => actual !== predicted && count >= minVal)
      .sort((a, b) => b.count - a.count);
    return withRows("Pairs of classes that were mistaken for each other", pairs);
  }

  /** The `k` items with the highest loss (default all), the worst first. */
  topLosses(k = this.preds.y.length): TopLoss[] {
    checkInteger("k", k, 0);
    const { losses, y, probs, classes } = this.preds;
    const predicted = predictedClasses(this.preds);
    const items = Array.from(losses, (loss, index) => ({ loss, index }))
      .sort((a, b) => b.loss - a.loss)
      .slice(0, k)
      .map(({ loss, index }) => ({
        index,
        path: this.paths[index],
        loss,
        actual: valueAt(classes, valueAt(y, index)),
        predicted: valueAt(classes, valueAt(predicted, index)),
        probability: valueAt(probs, index * classes.length + valueAt(y, index)),
      }));
    return withRows("Images, the highest loss first", items);
  }

  /**
   * Shows the `k` images with the highest loss, the worst first: fast.ai's `plot_top_losses`.
   * @param learn the learner that was interpreted, its weights as they were
   * @throws UserError when `k` is no whole number from 1 on, or an image cannot be decoded any more
   */
  async plotTopLosses(learn: ExplainingLearner, k: number, options: PlotCasesOptions = {}): Promise<void> {
    checkArguments("interp.plotTopLosses(learn, 9)", { learn: [learn, aNet], k: [k, aNumber] });
    checkInteger("k", k, 1);
    requireSameClasses(factsOf(learn).classes, this.preds.classes);
    await plotCases(learn, this.topLosses(k), this.set, options);
  }

  /**
   * Shows, for each class, the `k` images that were least certainly right and the `k` that were most clearly wrong.
   * @throws UserError as `plotTopLosses`
   */
  async plotCases(learn: ExplainingLearner, k: number, options: PlotCasesOptions = {}): Promise<void> {
    checkArguments("interp.plotCases(learn, 3)", { learn: [learn, aNet], k: [k, aNumber] });
    const most = checkInteger("k", k, 1);
    requireSameClasses(factsOf(learn).classes, this.preds.classes);
    for (const name of this.preds.classes) {
      const own = this.topLosses().filter(({ actual }) => actual === name);
      for (const right of [true, false]) {
        const chosen = own.filter(({ predicted }) => (predicted === name) === right).slice(0, most);
        currentDisplay().markdown(`**${name}, ${right ? "correctly classified" : "misclassified"}**`);
        await plotCases(learn, chosen, this.set, options);
      }
    }
  }

  /** Every number as a plain object. */
  metrics(): ClassificationMetrics {
    const { preds, positiveClass } = this;
    const clustering = clusteringOf(preds, positiveClass);
    return withFields(
      `${this.images}; precision, recall and specificity are of ${this.measuredOf}`,
      matrixMetrics(this.matrix, preds.classes, positiveClass, clustering),
    );
  }

  /**
   * Every measure with its counts and its 95% interval, and the means, which have neither; {@link classTable} has those of
   * each class.
   */
  summary(): Table {
    const row = (measure: string, { hits, of, value, interval }: ClusteredShare): string[] => [
      measure,
      formatShare(value),
      Number.isNaN(of) ? "" : `${hits}/${of}`,
      Number.isNaN(of) ? "" : formatInterval(interval),
    ];
    const of = (positive: string | undefined): string[][] => {
      const words = ofClass(this.preds.classes, positive);
      return [
        row(`${measureNames.precision}${words}`, this.precision(positive)),
        row(`${measureNames.recall}${words}`, this.recall(positive)),
        row(`${measureNames.specificity}${words}`, this.specificity(positive)),
      ];
    };
    const rows = [
      row(measureNames.errorRate, this.errorRate()),
      row(measureNames.accuracy, this.accuracy()),
      ...of(this.positiveClass),
      [measureNames.balancedAccuracy, formatShare(this.balancedAccuracy()), "", ""],
    ];
    return shownTable({
      caption: `${this.images}; ${intervalsInWords(this.preds.patients, this.preds.groupNoun)}`,
      columns: ["measure", "value", "counts", "95% CI"],
      rows,
      note:
        [dashNote(rows, this.undefinedReasons()) ?? [], this.positive?.remark ?? []].flat().join(" ") ||
        undefined,
    });
  }

  /**
   * Precision, recall, F1 and support, the number of its images, of each class against the rest; precision and recall with
   * their 95% intervals. scikit-learn calls it the classification report.
   */
  classTable(): Table {
    const { classes } = this.preds;
    const share = ({ value, of, interval }: ClusteredShare) =>
      of === 0 ? formatShare(NaN) : `${formatShare(value)} (${formatInterval(interval)})`;
    const rows = classes.map((name, label) => {
      const counts = valueAt(this.counts, label);
      const { precision, recall } = this.sharesOf(name);
      return [name, share(precision), share(recall), formatShare(fBetaOf(counts, 1)), String(recall.of)];
    });
    const mean = (of: (counts: Counts) => number) => formatShare(averageOf(this.counts, "macro", of));
    const means = [
      "mean of the classes",
      mean((counts) => precisionOf(counts).value),
      mean((counts) => recallOf(counts).value),
      mean((counts) => fBetaOf(counts, 1)),
      String(this.preds.y.length),
    ];
    return shownTable({
      caption: `Each class against the rest, ${this.images}; in brackets 95% CI`,
      columns: ["class", "precision", "recall", "F1", "support"],
      rows: [...rows, means],
      note: dashNote(rows, this.undefinedReasons()),
    });
  }

  /** Shows {@link summary} and {@link classTable}. */
  showSummary(): void {
    currentDisplay().table(this.summary());
    currentDisplay().table(this.classTable());
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const { images, preds } = this;
    const { classes } = preds;
    const named = classes.length <= 12 ? classes.join(", ") : `${classes.length} classes`;
    const accuracy = formatEstimated(this.accuracy());
    return (
      `ClassificationInterpretation of ${images} (${named}): accuracy ${accuracy}.\n` +
      "showSummary(), showEvaluation() and plotConfusionMatrix() say more."
    );
  }

  private share(name: "precision" | "recall" | "specificity", positive: string | undefined): ClusteredShare {
    if (positive !== undefined) return this.sharesOf(positive)[name];
    const means = classShare(this.counts, sharesOfCounts[name], undefined);
    return { ...means, groups: NaN, designEffect: NaN, interval: [NaN, NaN] };
  }

  /** One class's shares, which are counted once. */
  private sharesOf(positive: string): ClassShares {
    const known = this.ofClasses.get(positive);
    if (known) return known;
    const shares = classShares(itemsOfClass(this.preds, classIndex(this.preds.classes, positive)));
    this.ofClasses.set(positive, shares);
    return shares;
  }

  /** Classes that no image is of, or is predicted to be. */
  private undefinedReasons(): string[] {
    const reasons = (what: string, of: (name: string) => ClusteredShare) => {
      const names = this.preds.classes.filter((name) => of(name).of === 0);
      return names.length > mostReasons
        ? [`no image ${what} ${namesInWords(names)}`]
        : names.map((name) => `no image ${what} ${name}`);
    };
    return [
      ...reasons("is of", (name) => this.recall(name)),
      ...reasons("is predicted to be", (name) => this.precision(name)),
    ];
  }
}
