import type { Table } from "../display/Display.js";
import { UserError } from "../errors.js";
import { ClassificationInterpretation } from "./ClassificationInterpretation.js";
import { formatShare, predictedClasses } from "./confusionMatrix.js";
import { compareAucs } from "./deLong.js";
import { mcNemar } from "./mcNemar.js";
import type { StoredPredictions } from "./predictionsFile.js";
import { formatInterval } from "./wilsonInterval.js";

/** A run, and what it is called. */
export interface NamedRun extends StoredPredictions {
  readonly name: string;
}

/**
 * Two runs' numbers on the same images, and whether they differ by more than those images' luck: DeLong's test of the
 * areas under the ROC curves, McNemar's of the errors.
 * @param what the images are called, such as "test"
 * @throws UserError when the runs did not predict the same images and classes, or a class is absent
 */
export function compareRuns(first: NamedRun, second: NamedRun, what = "test"): Table {
  requireSameImages(first, second, `${first.name} and ${second.name}`);
  const [a, b] = [first, second].map(({ preds, paths }) =>
    ClassificationInterpretation.fromPredictions(preds, { paths }),
  );
  if (!a || !b) throw new Error("two runs have two interpretations");
  const areas = compareAucs(a.binary().scored, b.binary().scored);
  const right = (interp: ClassificationInterpretation): boolean[] =>
    predictedClasses(interp.preds).map((label, i) => label === interp.preds.y[i]);
  const errors = mcNemar(right(a), right(b));
  const [rateA, rateB] = [a.errorRate(), b.errorRate()];
  return {
    caption:
      `${first.paths.length} ${what} images, measures of ${a.measuredOf}; p by DeLong for the area and by McNemar (exact) for the errors: how ` +
      "probable a difference at least so large is where both nets are equally good",
    columns: ["measure", first.name, second.name, "difference", "95% interval", "p"],
    rows: [
      [
        "area under ROC",
        ...areas.aucs.map(formatShare),
        formatShare(areas.difference),
        formatInterval(areas.interval),
        formatP(areas.p),
      ],
      [
        "error rate",
        ...[rateA, rateB].map(({ value }) => formatShare(value)),
        formatShare(rateA.value - rateB.value),
        "",
        formatP(errors.p),
      ],
      ["right where the other is wrong", String(errors.onlyFirst), String(errors.onlySecond), "", "", ""],
      ...(["recall", "specificity", "precision"] as const).map((measure) => {
        const [x, y] = [a[measure]().value, b[measure]().value];
        return [measure, formatShare(x), formatShare(y), formatShare(x - y), "", ""];
      }),
    ],
  };
}

/**
 * @param called what the two are called in the error
 * @throws UserError when two runs did not predict the same images and classes
 */
export function requireSameImages(
  a: Pick<StoredPredictions, "preds" | "paths">,
  b: Pick<StoredPredictions, "preds" | "paths">,
  called: string,
): void {
  const same = [
    [a.preds.classes, b.preds.classes],
    [a.paths, b.paths],
  ].every(([xs = [], ys = []]) => xs.length === ys.length && xs.every((name, i) => name === ys[i]));
  if (same) return;
  throw new UserError(
    `The runs ${called} predicted other images or classes.`,
    "Compare runs on the same test images, such as those of one `npx xray seeds`; a subset of them " +
      "(--valid-per-class) is another one for each seed.",
  );
}

const formatP = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));
