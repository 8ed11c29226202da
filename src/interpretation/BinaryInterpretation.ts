import { aNumber, aText, checkArguments, having, optional } from "../core/checkArguments.js";
import { checkNumber } from "../core/checkNumber.js";
import { predictions } from "../statistics/argumentKinds.js";
import { asTable, shownTable } from "../core/asTable.js";
import { withFields } from "../core/resultTables.js";
import { inspect } from "node:util";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { currentDisplay, type Table } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import type { DecisionThreshold } from "../statistics/DecisionThreshold.js";
import type { Predictions } from "../statistics/Predictions.js";
import { type BinaryScores, binaryScores, countsAt, scoreThreshold } from "../statistics/BinaryScores.js";
import { bootstrapKinds, type BootstrapOptions } from "../statistics/bootstrap.js";
import { brierScore, type Calibration, reliability } from "../statistics/calibration.js";
import { type ChosenThreshold, chooseThreshold, type ThresholdRule } from "../statistics/chooseThreshold.js";
import { accuracyOf } from "../statistics/confusionMatrix.js";
import {
  type Counts,
  matrixOf,
  precisionOf,
  prevalenceOf,
  recallOf,
  specificityOf,
} from "../statistics/Counts.js";
import { type ClassShares, classShares, itemsAt } from "../statistics/classShares.js";
import { formatCounted, formatInterval, formatShare } from "../statistics/format.js";
import { numberedGroups } from "../statistics/Groups.js";
import { type Mark, precisionRecallFigure, reliabilityFigure, rocFigure } from "./curveFigures.js";
import { dashNote, undefinedReasons } from "./dashNote.js";
import { imagesInWords, intervalsInWords } from "../statistics/imagesInWords.js";
import { measureNames } from "../statistics/measureNames.js";
import { type Estimate, estimates, type RankedMeasures } from "../statistics/measures.js";
import { predictiveValues } from "../statistics/predictiveValues.js";
import {
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from "../statistics/rocCurve.js";
import { type Subgroup, subgroups } from "../statistics/subgroups.js";
import { subgroupTable } from "./subgroupTable.js";
import { groupsInWords } from "../core/groupNoun.js";
import { nameInText } from "../core/nameInText.js";

/** From which probability on an image is predicted positive. */
export interface ThresholdOptions {
  /**
   * An image with a probability from here on is predicted positive. @default 0.5; of two equally probable classes the
   * first is predicted then, as the confusion matrix does
   */
  readonly threshold?: number;
  /** The class that the threshold was chosen for; one for another class is refused. @default this one's */
  readonly positiveClass?: string;
}

/** A threshold that was chosen may be given whole, and says more of itself. */
const thresholdKinds: OptionKinds<ThresholdOptions & Partial<ChosenThreshold>> = {
  threshold: "number",
  positiveClass: "text",
  rule: "text",
  counts: "object",
};

const aThreshold = having("what chooseThreshold() gives", "threshold", "rule", "counts");
const anInterpretation = having("what interp.binary() gives", "scored", "positiveClass");

/** In the order of the table. */
const estimated = [
  "auroc",
  "averagePrecision",
  "accuracy",
  "balancedAccuracy",
  "recall",
  "specificity",
  "precision",
  "negativePredictiveValue",
  "f1",
  "f2",
  "matthews",
  "kappa",
] as const satisfies readonly (keyof RankedMeasures)[];

/** One class against the rest, by its probability: `interp.binary()` makes one. */
export class BinaryInterpretation {
  /** Probabilities of the class, and whether items are of it. */
  readonly scored: BinaryScores;
  /** What the images are called in tables; undefined where it is not known. */
  readonly set: string | undefined;
  /** What those are called whose images belong together; undefined: patients. */
  readonly groupNoun: "patient" | "group" | undefined;
  /** One half; a little more where an even chance calls the other class. */
  private readonly half: number;

  /**
   * @param positiveClass the class's name
   * @param set what the images are called in tables, such as "test"; default the set that was predicted
   * @throws UserError when there is no such class, or the items have no labels
   */
  constructor(
    preds: Predictions,
    /** The class that is positive. */
    readonly positiveClass: string,
    set?: string,
  ) {
    checkArguments('new BinaryInterpretation(preds, "PNEUMONIA")', {
      preds: [preds, predictions],
      positiveClass: [positiveClass, aText],
      set: [set, optional(aText)],
    });
    this.set = set ?? preds.set;
    this.groupNoun = preds.groupNoun;
    this.scored = binaryScores(preds, positiveClass);
    const { classes } = preds;
    const isSecondOfTwo = classes.length === 2 && classes[1] === positiveClass;
    this.half = isSecondOfTwo ? 0.5 * (1 + Number.EPSILON) : 0.5;
  }

  /** How many images of which set, such as "624 test images of 428 patients"; of patients only where they are known. */
  get images(): string {
    return imagesInWords(this.scored.scores.length, this.set, this.scored.groups, this.groupNoun);
  }

  /** The share of positive items. */
  get prevalence(): number {
    return prevalenceOf(this.counts()).value;
  }

  /** True and false positives and negatives at a threshold. */
  counts(options: ThresholdOptions = {}): Counts {
    checkOptions("counts()", options, thresholdKinds);
    return countsAt(this.scored, this.thresholdOf(options));
  }

  /** The measures at a threshold that are shares of images, each with its 95% interval, by patient where they are known. */
  shares(options: ThresholdOptions = {}): ClassShares {
    checkOptions("shares()", options, thresholdKinds);
    const found = classShares(itemsAt(this.scored, this.thresholdOf(options)));
    return withFields(`${this.images}, ${this.decision(options)}`, found);
  }

  /** See {@link RocCurve}. */
  rocCurve(): RocCurve {
    return rocCurve(this.scored);
  }

  /** See {@link PrecisionRecallCurve}. */
  precisionRecallCurve(): PrecisionRecallCurve {
    return precisionRecallCurve(this.scored);
  }

  /** Draws the ROC curve, and where the thresholds lie on it. */
  async plotRoc(options: { readonly thresholds?: readonly number[] } = {}): Promise<void> {
    checkOptions("plotRoc()", options, { thresholds: "list" });
    const { thresholds = [this.half] } = options;
    const marks = this.marks(thresholds, (counts) => [
      1 - specificityOf(counts).value,
      recallOf(counts).value,
    ]);
    await currentDisplay().figure(rocFigure(this.rocCurve(), this.title("ROC curve"), marks));
  }

  /** Draws precision against recall, and where the thresholds lie on it. */
  async plotPrecisionRecall(options: { readonly thresholds?: readonly number[] } = {}): Promise<void> {
    checkOptions("plotPrecisionRecall()", options, { thresholds: "list" });
    const { thresholds = [this.half] } = options;
    const marks = this.marks(thresholds, (counts) => [recallOf(counts).value, precisionOf(counts).value]);
    const { prevalence } = this;
    const title = this.title("Precision-recall curve");
    await currentDisplay().figure(
      precisionRecallFigure(this.precisionRecallCurve(), title, { prevalence, marks }),
    );
  }

  /** Every measure with its 95% interval by the bootstrap, at a threshold. */
  estimates(options: ThresholdOptions & BootstrapOptions = {}): Record<keyof RankedMeasures, Estimate> {
    checkOptions("estimates()", options, { ...thresholdKinds, ...bootstrapKinds });
    return estimates(this.scored, this.thresholdOf(options), options);
  }

  /** Shows {@link estimates}. */
  showEstimates(options: ThresholdOptions & BootstrapOptions = {}): void {
    currentDisplay().table(this.estimatesTable(options));
  }

  /** {@link estimates} as a table. */
  estimatesTable(options: ThresholdOptions & BootstrapOptions = {}): Table {
    const found = this.estimates(options);
    const { groups, threshold, positiveClass } = options;
    const { groups: patients } = this.scored;
    const drawn = groups ?? patients;
    const count = drawn && numberedGroups(drawn.length, drawn).count;
    const resampled = groups
      ? `${count ?? 0} groups of images`
      : patients
        ? groupsInWords(count ?? 0, this.groupNoun)
        : "images, which are taken as independent";
    const rows = estimated.map((key) => [
      measureNames[key],
      formatShare(found[key].value),
      formatInterval(found[key].interval),
    ]);
    return shownTable({
      caption: `${this.images}, ${this.decision(options)}; 95% confidence intervals by the bootstrap, resampling ${resampled}`,
      columns: ["measure", "value", "95% CI"],
      rows,
      note: dashNote(rows, undefinedReasons(this.counts({ threshold, positiveClass }), this.positiveClass)),
    });
  }

  /**
   * Chooses a threshold on these images; report it on others, with {@link showThreshold}, and give it to
   * `learn.export` for those who use the net.
   */
  chooseThreshold(rule: ThresholdRule): ChosenThreshold & DecisionThreshold {
    const { positiveClass } = this;
    const chosen = { positiveClass, ...chooseThreshold(this.scored, rule) };
    return withFields(`Threshold for ${nameInText(positiveClass)}, chosen on ${this.images}`, chosen);
  }

  /**
   * Shows what a threshold does here, beside what it did on the images that it was chosen on.
   * @param chosenOn whose `chooseThreshold` gave it
   * @throws UserError when it was chosen for another class
   */
  showThreshold(chosen: ChosenThreshold & Partial<DecisionThreshold>, chosenOn: BinaryInterpretation): void {
    checkArguments("interp.showThreshold(chosen, chosenOn)", {
      chosen: [chosen, aThreshold],
      chosenOn: [chosenOn, anInterpretation],
    });
    this.requireOwn(chosenOn.positiveClass);
    const columns = [
      { set: `${chosenOn.set ?? "images"} (threshold chosen here)`, counts: chosen.counts },
      { set: `${this.set ?? "images"} (threshold applied)`, counts: this.counts(chosen) },
      { set: `${this.set ?? "images"} at threshold 0.5`, counts: this.counts() },
    ];
    const row = (name: string, of: (counts: Counts) => string) => [
      name,
      ...columns.map(({ counts }) => of(counts)),
    ];
    const rows = [
      row(measureNames.recall, (counts) => formatCounted(recallOf(counts))),
      row(measureNames.specificity, (counts) => formatCounted(specificityOf(counts))),
      row(measureNames.precision, (counts) => formatCounted(precisionOf(counts))),
      row(measureNames.accuracy, (counts) => formatCounted(accuracyOf(matrixOf(counts)))),
      row("missed cases (false negatives)", ({ fn }) => String(fn)),
      row("false alarms (false positives)", ({ fp }) => String(fp)),
    ];
    const reasons = columns.flatMap(({ set, counts }) =>
      undefinedReasons(counts, this.positiveClass).map((reason) => `${set}: ${reason}`),
    );
    currentDisplay().table({
      caption: `${this.decision(chosen)}; the threshold was chosen for ${chosen.rule}`,
      columns: ["measure", ...columns.map(({ set }) => set)],
      rows,
      note: dashNote(rows, reasons),
    });
  }

  /** See {@link Calibration}. */
  reliability(bins?: number): Calibration {
    return reliability(this.scored, bins);
  }

  /** The mean squared error of the probabilities. */
  brierScore(): number {
    return brierScore(this.scored);
  }

  /**
   * Shows Brier's score and the expected calibration error of the probabilities beside those of the same images with the
   * net's outputs divided by a temperature.
   * @param cooled the same images with the probabilities of `atTemperature`
   */
  showTemperature(temperature: number, cooled: BinaryInterpretation): void {
    checkArguments("interp.showTemperature(temperature, cooled)", {
      temperature: [temperature, aNumber],
      cooled: [cooled, anInterpretation],
    });
    checkNumber("temperature", temperature, { above: 0 });
    const row = (name: string, of: (each: BinaryInterpretation) => number) => [
      name,
      of(this).toFixed(4),
      of(cooled).toFixed(4),
    ];
    currentDisplay().table({
      caption: `Probabilities of ${nameInText(this.positiveClass)}, ${this.images}; 0 is best`,
      columns: ["measure", "as the net gives them", `at the temperature ${temperature.toFixed(3)}`],
      rows: [
        row("Brier score", (each) => each.brierScore()),
        row("expected calibration error", (each) => each.reliability().ece),
      ],
    });
  }

  /** Draws how far the probabilities can be taken at their word. */
  async plotReliability(bins?: number): Promise<void> {
    await currentDisplay().figure(
      reliabilityFigure(this.reliability(bins), this.title("Reliability diagram")),
    );
  }

  /**
   * Shows the predictive values at other prevalences; recall and specificity are taken to be the same there.
   * @param given `prevalences`: shares in 0..1; default one in a thousand, 1%, 10%, one half and this set's own
   */
  showPredictiveValues(given: ThresholdOptions & { readonly prevalences?: readonly number[] } = {}): void {
    checkOptions("showPredictiveValues()", given, { ...thresholdKinds, prevalences: "list" });
    given.prevalences?.forEach((prevalence, i) => {
      checkNumber(`prevalences[${i}]`, prevalence, { from: 0, to: 1 });
    });
    const { prevalences = [0.001, 0.01, 0.1, 0.5, this.prevalence], ...options } = given;
    const counts = this.counts(options);
    const [recall, specificity] = [recallOf(counts), specificityOf(counts)];
    if (recall.of === 0 || specificity.of === 0) {
      throw new UserError(
        `${recall.of} of ${this.images} are of ${nameInText(this.positiveClass)}: recall or specificity is not defined.`,
        "Predict a set with images of both kinds.",
      );
    }
    const rows = prevalences.map((prevalence) => {
      const { positive, negative } = predictiveValues(recall.value, specificity.value, prevalence);
      return [
        `${Number((100 * prevalence).toPrecision(3))}%`,
        formatShare(positive),
        Number.isNaN(positive) ? "–" : (1 / positive).toFixed(1),
        Number.isNaN(negative) ? "–" : negative.toFixed(5),
      ];
    });
    const table: Table = {
      caption:
        `By Bayes' rule from recall ${formatShare(recall.value)} and specificity ${formatShare(specificity.value)} of ` +
        `${this.images}, ${this.decision(options)}`,
      columns: [
        `prevalence of ${nameInText(this.positiveClass)}`,
        "positive predictive value (PPV)",
        "alarms per case found",
        "negative predictive value (NPV)",
      ],
      rows,
      note: dashNote(rows, ["no image is predicted positive, or none negative"]),
    };
    currentDisplay().table(table);
  }

  /**
   * The measures of parts of the set.
   * @param groups of each image its part, in the set's order
   * @throws UserError when there is not one for each image
   */
  subgroups(groups: readonly string[], options: ThresholdOptions = {}): Subgroup[] {
    checkOptions("subgroups()", options, thresholdKinds);
    const found = subgroups(this.scored, groups, this.thresholdOf(options));
    return asTable(found, () => subgroupTable(found, this.positiveClass, this.partsCaption(options)));
  }

  /** Shows {@link subgroups}. */
  showSubgroups(groups: readonly string[], options: ThresholdOptions = {}): void {
    checkOptions("showSubgroups()", options, thresholdKinds);
    const caption = this.partsCaption(options);
    currentDisplay().table(subgroupTable(this.subgroups(groups, options), this.positiveClass, caption));
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const { hits, of } = prevalenceOf(this.counts());
    return (
      `BinaryInterpretation of ${this.images}: ${hits} of ${of} are of ${nameInText(this.positiveClass)}; area under the ROC curve ` +
      `${formatShare(this.rocCurve().auc)}.\nshowEstimates(), plotRoc() and showSubgroups(groups) say more.`
    );
  }

  private marks(
    thresholds: readonly number[],
    place: (counts: Counts) => readonly [x: number, y: number],
  ): Mark[] {
    return thresholds.map((threshold) => {
      const [x, y] = place(this.counts({ threshold }));
      return { x, y, name: `threshold ${threshold.toFixed(3)}` };
    });
  }

  private partsCaption(options: ThresholdOptions): string {
    return `${this.images}, ${this.decision(options)}; ${intervalsInWords(this.scored.groups, this.groupNoun)}`;
  }

  private title(what: string): string {
    return `${what}: ${nameInText(this.positiveClass)}, ${this.images}`;
  }

  /** From which probability on the class is predicted. */
  private decision({ threshold = 0.5 }: ThresholdOptions): string {
    if (threshold === Infinity) return `no image predicted ${nameInText(this.positiveClass)}`;
    return `${nameInText(this.positiveClass)} predicted at a probability of ${threshold.toPrecision(3)} or more`;
  }

  private thresholdOf({ threshold = this.half, positiveClass }: ThresholdOptions): number {
    if (positiveClass !== undefined) this.requireOwn(positiveClass);
    return scoreThreshold(threshold);
  }

  private requireOwn(positiveClass: string): void {
    if (positiveClass === this.positiveClass) return;
    throw new UserError(
      `The threshold was chosen for ${positiveClass}, and here ${this.positiveClass} is the positive class.`,
      `Choose it for ${this.positiveClass}, or take interp.binary({ positive: ${JSON.stringify(positiveClass)} }).`,
    );
  }
}
