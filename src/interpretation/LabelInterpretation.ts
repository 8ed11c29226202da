import { asTable } from "../core/asTable.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { checkOptions } from "../core/checkOptions.js";
import { UserError } from "../core/errors.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { aucMeasure } from "../statistics/aucMeasure.js";
import { binaryScores } from "../statistics/BinaryScores.js";
import { classIndex } from "../statistics/classIndex.js";
import { formatShare } from "../statistics/format.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import type { LabelPredictions } from "../statistics/LabelPredictions.js";
import type { Measure } from "../statistics/Measure.js";
import { labelPredictions, predictionsOfLabel } from "../statistics/predictionsOfLabel.js";
import { mean } from "../statistics/sum.js";
import { getPredsKinds, type GetPredsOptions, loaderOf } from "../training/getPreds.js";
import type { Learner } from "../training/Learner.js";
import { ClassificationInterpretation, type InterpretationOptions } from "./ClassificationInterpretation.js";
import { measureCells, remarks } from "./measureTable.js";

/** How well a net tells one of several labels. */
export interface LabelMeasures {
  /** The label's name. */
  readonly label: string;
  /** Images that have it. */
  readonly positives: number;
  /** Images that have it not. */
  readonly negatives: number;
  /** Images of which it is not known; they have no part in the area. */
  readonly unknown: number;
  /** The area under the ROC curve, by patient where they are known. */
  readonly auc: Measure;
}

const aLabelLearner = having("a learner, as cnnLearner makes one", "getLabelPreds", "data");

/**
 * What a net makes of images that may have several labels: each label by itself, among the images of which it is known, with
 * everything that `ClassificationInterpretation` says of two classes.
 */
export class LabelInterpretation {
  private readonly byLabel = new Map<string, ClassificationInterpretation>();

  private constructor(
    /** What it is about. */
    readonly preds: LabelPredictions,
    private readonly paths: readonly string[],
    /** What the images are called in tables and titles, such as "validation"; undefined where it is not known. */
    readonly set: string | undefined,
  ) {}

  /**
   * Predicts images of a learner, not augmented.
   * @throws UserError when the data have no such set, or their images have one class each
   */
  static async fromLearner(
    learn: Learner<ImageDataBunch>,
    options: GetPredsOptions & Pick<InterpretationOptions, "set"> = {},
  ): Promise<LabelInterpretation> {
    checkArguments("LabelInterpretation.fromLearner(learn)", { learn: [learn, aLabelLearner] });
    checkOptions("fromLearner()", options, { ...getPredsKinds, set: "text" });
    const { set, ...asked } = options;
    const preds = await learn.getLabelPreds(asked);
    const { items = [] } = (asked.dl ?? loaderOf(learn.data, asked.dsType ?? "valid")).dataset;
    return LabelInterpretation.fromPredictions(preds, { set, paths: items.map(({ path }) => path) });
  }

  /** From predictions that are there; `paths`: the images' files, in their order. */
  static fromPredictions(
    preds: LabelPredictions,
    options: Pick<InterpretationOptions, "set"> & { readonly paths?: readonly string[] } = {},
  ): LabelInterpretation {
    checkArguments("LabelInterpretation.fromPredictions(await learn.getLabelPreds())", {
      preds: [preds, labelPredictions],
    });
    checkOptions("fromPredictions()", options, { paths: "list", set: "text" });
    const { paths = [], set = preds.set } = options;
    return new LabelInterpretation(preds, paths, set);
  }

  /** How many images of which set, such as "624 validation images of 428 patients"; of patients only where they are known. */
  get images(): string {
    const { targets, classes, patients, groupNoun } = this.preds;
    return imagesInWords(targets.length / classes.length, this.set, patients, groupNoun);
  }

  /**
   * One label, as two classes: the images of which it is known, with it and without it.
   * @throws UserError when there is no such label, or it is known of no image
   */
  of(label: string): ClassificationInterpretation {
    classIndex(this.preds.classes, label);
    const known = this.byLabel.get(label);
    if (known) return known;
    const { preds, items } = predictionsOfLabel(this.preds, label);
    if (items.length === 0) {
      throw new UserError(
        `Of none of the ${this.images} it is known whether it has ${label}.`,
        "Take another label, or images of which it is known.",
      );
    }
    const paths = items.flatMap((item) => this.paths[item] ?? []);
    const set = this.set === undefined ? {} : { set: this.set };
    const made = ClassificationInterpretation.fromPredictions(preds, { ...set, paths });
    this.byLabel.set(label, made);
    return made;
  }

  /** Each label's area under the ROC curve with its interval, in the order of the classes. */
  measures(): LabelMeasures[] {
    const { classes, targets } = this.preds;
    const count = (k: number, is: (target: number) => boolean): number =>
      targets.filter((target, at) => at % classes.length === k && is(target)).length;
    const measures = classes.map((label, k) => {
      const { preds } = predictionsOfLabel(this.preds, label);
      return {
        label,
        positives: count(k, (target) => target === 1),
        negatives: count(k, (target) => target === 0),
        unknown: count(k, Number.isNaN),
        auc: aucMeasure(binaryScores(preds, label), preds.patients),
      };
    });
    return asTable(measures, (rows) => {
      const areas = rows.flatMap(({ auc }) => auc.value ?? []);
      const isUnknown = rows.some(({ unknown }) => unknown > 0);
      return {
        caption: `Each label by itself, ${this.images}`,
        columns: ["label", "with", "without", ...(isUnknown ? ["not known"] : []), "AUROC", "95% CI"],
        rows: [
          ...rows.map(({ label, positives, negatives, unknown, auc }) => {
            const [, value = "", interval = ""] = measureCells(label, auc);
            const counts = [positives, negatives, ...(isUnknown ? [unknown] : [])].map(String);
            return [label, ...counts, value, interval];
          }),
          ["mean", "", "", ...(isUnknown ? [""] : []), formatShare(areas.length > 0 ? mean(areas) : NaN), ""],
        ],
        note: remarks(rows.map(({ label, auc }) => [label, auc])),
      };
    });
  }
}
