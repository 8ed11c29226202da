import type { Table } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { compareAreas } from "../statistics/compareScores.js";
import { formatInterval, formatP, formatShare } from "../statistics/format.js";
import { clusteredMcNemar } from "../statistics/clusteredMcNemar.js";
import { remarks } from "../interpretation/measureTable.js";
import {
  errorTestInWords,
  areaTestInWords,
  imagesInWords,
  intervalsInWords,
} from "../statistics/imagesInWords.js";
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
 * @throws UserError when the runs did not predict the same images and classes
 */
export function compareRuns(first: NamedRun, second: NamedRun, what = "test"): Table {
  requireSameImages(first, second, `${first.name} and ${second.name}`);
  const { patients, groupNoun } = first.preds.patients ? first.preds : second.preds;
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
  const area = areaRow(a, b);
  const [rateA, rateB] = [a.errorRate(), b.errorRate()];
  return {
    caption:
      `${imagesInWords(first.paths.length, what, patients, groupNoun)}, measures of ${a.measuredOf}; ` +
      `${intervalsInWords(patients, groupNoun)}; p values by ` +
      (a.positiveClass === undefined ? "" : `${areaTestInWords(patients)} and by `) +
      `${errorTestInWords(patients, groupNoun)}: ` +
      "the probability of a difference at least this large if both nets were equally good",
    columns: ["measure", first.name, second.name, "difference", "95% CI", "p value"],
    rows: [
      area.cells,
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
    note: area.remark,
  };
}

const interpretationOf = ({ preds, paths }: StoredPredictions, patients: Int32Array | undefined) =>
  ClassificationInterpretation.fromPredictions({ ...preds, patients }, { paths });

/** The areas and the test of their difference; means over several classes have no test. */
function areaRow(
  a: ClassificationInterpretation,
  b: ClassificationInterpretation,
): { readonly cells: string[]; readonly remark?: string } {
  const row = (aucs: readonly number[], difference: number, more: readonly string[]) => [
    ...[measureNames.auroc, ...aucs.map(formatShare), formatShare(difference)],
    ...more,
  ];
  if (a.positiveClass === undefined) {
    const [x, y] = [a.areaUnderRoc(), b.areaUnderRoc()];
    return { cells: row([x, y], x - y, ["", ""]) };
  }
  const first = a.binary().scored;
  const { aucs, aucDifference } = compareAreas(first, b.binary().scored, first.groups);
  const { value, low, high, p } = aucDifference;
  return {
    cells: row(
      aucs.map((auc) => auc ?? NaN),
      value ?? NaN,
      [formatInterval([low ?? NaN, high ?? NaN]), formatP(p ?? NaN)],
    ),
    remark: remarks([[measureNames.auroc, aucDifference]]),
  };
}
