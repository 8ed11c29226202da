import type { Table } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { compareAucs } from "../statistics/deLong.js";
import { formatInterval, formatP, formatShare } from "../statistics/format.js";
import { clusteredMcNemar } from "../statistics/clusteredMcNemar.js";
import { imagesInWords, intervalsInWords } from "../interpretation/imagesInWords.js";
import { mcNemar } from "../statistics/mcNemar.js";
import { measureNames } from "../statistics/measureNames.js";
import { correctItems, predictedClasses } from "../statistics/predictedClasses.js";
import type { StoredPredictions } from "./predictionsFile.js";
import { requireSameImages } from "./requireSameImages.js";

/** A run, and what it is called. */
export interface NamedRun extends StoredPredictions {
  readonly name: string;
}

/**
 * Two runs' numbers on the same images, and whether they differ by more than those images' luck: DeLong's test of the
 * areas under the ROC curves and McNemar's of the errors, or, where it is known whose images they are, Obuchowski's two.
 * @param what the images are called, such as "test"
 * @throws UserError when the runs did not predict the same images and classes, or a class is absent
 */
export function compareRuns(first: NamedRun, second: NamedRun, what = "test"): Table {
  requireSameImages(first, second, `${first.name} and ${second.name}`);
  const patients = first.preds.patients ?? second.preds.patients;
  const [a, b] = [interpretationOf(first, patients), interpretationOf(second, patients)];
  if (a.positiveClass !== b.positiveClass) {
    throw new UserError(
      `The measures of ${first.name} are of ${a.measuredOf}, those of ${second.name} of ${b.measuredOf}.`,
      "Make one of the runs anew with the other's positive class.",
    );
  }
  const correct = ({ preds }: ClassificationInterpretation): boolean[] =>
    correctItems(predictedClasses(preds), preds.y);
  const [rightA, rightB] = [correct(a), correct(b)];
  const { onlyFirst, onlySecond, ...errors } = clusteredMcNemar(rightA, rightB, patients);
  const p = patients ? errors.p : mcNemar(rightA, rightB).p;
  // That the first is right more often means that it errs less.
  const [low, high] = errors.interval;
  const [rateA, rateB] = [a.errorRate(), b.errorRate()];
  return {
    caption:
      `${imagesInWords(first.paths.length, what, patients)}, measures of ${a.measuredOf}; ` +
      `${intervalsInWords(patients)}; p values by ` +
      (a.positiveClass === undefined
        ? ""
        : `${patients ? "Obuchowski's" : "DeLong's"} test for the area under the ROC curve and by `) +
      `McNemar's ${patients ? "test, clustered by patient," : "exact test"} for the error rate: ` +
      "the probability of a difference at least this large if both nets were equally good",
    columns: ["measure", first.name, second.name, "difference", "95% CI", "p value"],
    rows: [
      areaRow(a, b),
      [
        measureNames.errorRate,
        ...[rateA, rateB].map(({ value }) => formatShare(value)),
        formatShare(rateA.value - rateB.value),
        formatInterval([-high, -low]),
        formatP(p),
      ],
      ["correct where the other is wrong", String(onlyFirst), String(onlySecond), "", "", ""],
      ...(["recall", "specificity", "precision"] as const).map((measure) => {
        const [x, y] = [a[measure]().value, b[measure]().value];
        return [measureNames[measure], formatShare(x), formatShare(y), formatShare(x - y), "", ""];
      }),
    ],
  };
}

const interpretationOf = ({ preds, paths }: StoredPredictions, patients: Int32Array | undefined) =>
  ClassificationInterpretation.fromPredictions({ ...preds, patients }, { paths });

/** DeLong's test is one of a class against the rest: means over more classes have none. */
function areaRow(a: ClassificationInterpretation, b: ClassificationInterpretation): string[] {
  const row = (aucs: readonly number[], difference: number, more: readonly string[]) => [
    ...[measureNames.auroc, ...aucs.map(formatShare), formatShare(difference)],
    ...more,
  ];
  if (a.positiveClass === undefined) {
    const [x, y] = [a.areaUnderRoc(), b.areaUnderRoc()];
    return row([x, y], x - y, ["", ""]);
  }
  const { aucs, difference, interval, p } = compareAucs(a.binary().scored, b.binary().scored);
  return row(aucs, difference, [formatInterval(interval), formatP(p)]);
}
