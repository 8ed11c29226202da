import type { Table } from "../core/Display.js";
import type { Section } from "../core/Section.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Evaluation, NetBenefit } from "../statistics/evaluateScores.js";
import { formatInterval, formatP, formatShare } from "../statistics/format.js";
import type { Measure } from "../statistics/Measure.js";
import { calibrationCurveFigure, decisionCurveFigure, distributionFigure } from "./evaluationFigures.js";

/** What is evaluated, in words. */
export interface EvaluatedInWords {
  /** The class that is positive, where classes have names. */
  readonly positiveClass?: string;
  /** The other model, where two are compared. */
  readonly against?: string;
}

/**
 * An evaluation as tables, figures and sentences, the core set first (Van Calster et al., "Evaluation of performance
 * measures in predictive artificial intelligence models to support medical decisions", 2025): discrimination, calibration,
 * net benefit and the distribution of the probabilities; then measures at the threshold.
 */
export function evaluationSections(
  evaluation: Evaluation | ClassesEvaluation,
  about: EvaluatedInWords = {},
): Section[] {
  if ("classes" in evaluation) return classesSections(evaluation);
  return [
    { heading: "Images", text: imagesText(evaluation, about) },
    ...coreSections(evaluation),
    thresholdSection(evaluation),
    ...prevalenceSections(evaluation),
    promiseSection(evaluation),
    ...comparisonSections(evaluation, about),
  ];
}

/** Whose images they are, and what intervals make of it. */
export function patientsText(patients: number | null): string {
  return patients === null
    ? "Whose images they are is not known: intervals and tests take images as independent, and are too narrow where patients have several."
    : "Intervals and tests take into account that images of one patient are alike.";
}

function imagesText({ n, positives, patients }: Evaluation, { positiveClass }: EvaluatedInWords): string[] {
  const whose = patients === null ? "" : ` of ${patients} ${patients === 1 ? "patient" : "patients"}`;
  const what = positiveClass === undefined ? "positive" : `positive (${positiveClass})`;
  return [`${n} images${whose}, ${positives} of them ${what}. ${patientsText(patients)}`];
}

function coreSections({ auc, calibration, netBenefit, distribution }: Evaluation): Section[] {
  const { inTheLarge, slope, expectedOverObserved, brier, curve } = calibration;
  const isCurve = !("absent" in curve);
  return [
    {
      heading: "Discrimination",
      tables: [measureTable([["area under the ROC curve (AUROC)", auc]])],
    },
    {
      heading: "Calibration",
      tables: [
        measureTable([
          ["calibration in the large (0 is right)", inTheLarge],
          ["calibration slope (1 is right)", slope],
          ["expected over observed positives (1 is right)", expectedOverObserved],
          ["Brier score (0 is right)", alone(brier)],
          ["mean distance of the curve from the probability (ICI)", alone(isCurve ? curve.ici : null)],
        ]),
      ],
      ...(isCurve
        ? { figures: [calibrationCurveFigure(curve, "Calibration curve")] }
        : { text: [`There is no calibration curve: ${curve.absent}.`] }),
    },
    netBenefitSection("Net benefit", netBenefit),
    {
      heading: "Distribution of the probabilities",
      ...("absent" in distribution
        ? { text: [`There is none: ${distribution.absent}.`] }
        : { figures: [distributionFigure(distribution, "Probabilities by class")] }),
    },
  ];
}

/** The thresholds that the table of net benefit has. */
const shownThresholds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

function netBenefitSection(heading: string, netBenefit: NetBenefit): Section {
  if (netBenefit.model === null) return { heading, text: [`There is none: ${netBenefit.absent}.`] };
  const { prevalence, thresholds, model, low, high, all } = netBenefit;
  const at = `at a prevalence of ${percent(prevalence)}`;
  const rows = shownThresholds.map((threshold) => {
    const k = thresholds.indexOf(threshold);
    const number = (values: readonly number[]) => values[k] ?? NaN;
    return [
      threshold.toFixed(2),
      formatShare(number(model)),
      formatInterval([number(low), number(high)]),
      formatShare(number(all)),
    ];
  });
  return {
    heading,
    text: [
      `True positives for each image ${at}, less the false alarms, weighted by the odds of the threshold: what acting on the ` +
        "model is worth to whoever takes a threshold for right. Acting on none is worth 0.",
    ],
    tables: [{ columns: ["threshold", "model", "95% CI", "acting on all"], rows }],
    figures: [decisionCurveFigure(netBenefit, `Decision curve ${at}`)],
  };
}

function thresholdSection(evaluation: Evaluation): Section {
  const { threshold, sensitivity, specificity, ppv, npv, accuracy, f1 } = evaluation;
  return {
    heading: threshold === null ? "Called by the most probable class" : `At the threshold ${threshold}`,
    tables: [
      measureTable([
        ["sensitivity (recall)", sensitivity],
        ["specificity", specificity],
        ["positive predictive value (PPV, precision)", ppv],
        ["negative predictive value (NPV)", npv],
      ]),
      {
        ...measureTable([
          ["accuracy", accuracy],
          ["F1 score", alone(f1)],
        ]),
        caption: "Less to be relied on",
      },
    ],
    text: [
      "Accuracy and F1 stand last because they are improper: a model can gain in them by giving worse probabilities. Accuracy " +
        "counts a missed case like a false alarm and follows the share of positives; F1 leaves out the true negatives.",
    ],
  };
}

function prevalenceSections({ atPrevalence }: Evaluation): Section[] {
  if (!atPrevalence) return [];
  const { prevalence, ppv, npv, netBenefit } = atPrevalence;
  const { text = [], ...section } = netBenefitSection(
    `At a prevalence of ${percent(prevalence)}`,
    netBenefit,
  );
  return [
    {
      ...section,
      text: [
        "Sensitivity and specificity are taken to be the same there, and the scores stay as they are: net benefit is that " +
          "of a model that nobody has recalibrated.",
        ...text,
      ],
      tables: [
        measureTable([
          ["positive predictive value (PPV)", ppv],
          ["negative predictive value (NPV)", npv],
        ]),
        ...(section.tables ?? []),
      ],
    },
  ];
}

function promiseSection({ recallGuarantees, patients }: Evaluation): Section {
  const unit = patients === null ? "positive images" : "patients with positive images";
  const rows = recallGuarantees.map(({ recall, threshold, units, needed, misses }) => [
    recall.toFixed(2),
    threshold === null ? "–" : String(threshold),
    threshold === null
      ? `${units} ${unit} are too few: ${needed} are needed`
      : `${misses} of ${units} have an image below it`,
  ]);
  return {
    heading: "Thresholds with a promise",
    text: [
      `With 95% confidence at least this share of ${patients === null ? "new positive images is" : "new patients has all positive images"} ` +
        "found from the threshold on, where they are drawn as these were. Apply it to other images than these: here it was chosen.",
    ],
    tables: [{ columns: ["recall", "threshold", unit], rows }],
  };
}

function comparisonSections({ comparison, patients }: Evaluation, { against }: EvaluatedInWords): Section[] {
  if (!comparison) return [];
  const { aucs, aucDifference, errorDifference, onlyFirst, onlySecond, mcNemarP } = comparison;
  const other = against ?? "the second model";
  const row = (name: string, difference: typeof aucDifference) => {
    const [, ...cells] = measureCells(name, difference);
    return [name, ...cells, formatP(difference.p ?? NaN)];
  };
  const rows = [
    row("AUROC, the first less the second", aucDifference),
    row("error rate, the second less the first", errorDifference),
  ].map((cells) => cells.map((cell) => (cell === "NaN" ? "–" : cell)));
  return [
    {
      heading: `Beside ${other}`,
      text: [
        `Differences above 0 are in favour of the first model. AUROC ${formatShare(aucs[0] ?? NaN)} and ${formatShare(aucs[1] ?? NaN)}; ` +
          `${onlyFirst} images only the first gets right, ${onlySecond} only the second` +
          `${patients === null ? "" : ` (McNemar's exact test, which takes images as independent: p ${formatP(mcNemarP)})`}.`,
      ],
      tables: [
        {
          columns: ["difference", "value", "95% CI", "p value"],
          rows,
          note: remarks([
            ["AUROC", aucDifference],
            ["error rate", errorDifference],
          ]),
        },
      ],
    },
  ];
}

function classesSections({ n, patients, classes, macro, accuracy }: ClassesEvaluation): Section[] {
  const whose = patients === null ? "" : ` of ${patients} patients`;
  const rows = Object.entries(classes).map(
    ([name, { positives, auc, sensitivity, specificity, ppv, npv }]) => [
      name,
      String(positives),
      ...[auc, sensitivity, specificity, ppv, npv].map((measure) =>
        measureCells("", measure).slice(1).join(", "),
      ),
    ],
  );
  return [
    { heading: "Images", text: [`${n} images${whose}. ${patientsText(patients)}`] },
    {
      heading: "Means over the classes",
      tables: [
        measureTable([
          ["AUROC", macro.auc],
          ["Brier score (0 is right)", alone(macro.brier)],
          ["sensitivity (recall)", macro.sensitivity],
          ["specificity", macro.specificity],
          ["positive predictive value (PPV)", macro.ppv],
          ["negative predictive value (NPV)", macro.npv],
          ["accuracy", accuracy],
        ]),
      ],
    },
    {
      heading: "Each class against the rest",
      tables: [
        {
          columns: ["class", "images", "AUROC", "sensitivity", "specificity", "PPV", "NPV"],
          rows,
        },
      ],
    },
    ...Object.entries(classes).flatMap(([name, evaluation]) =>
      coreSections(evaluation).map((section) => ({ ...section, heading: `${name}: ${section.heading}` })),
    ),
  ];
}

/** A number without an interval. */
const alone = (value: number | null): Measure => ({ value, low: null, high: null });

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;

function measureCells(name: string, { value, low, high }: Measure): string[] {
  return [name, formatShare(value ?? NaN), formatInterval([low ?? NaN, high ?? NaN])];
}

function measureTable(measures: readonly (readonly [name: string, measure: Measure])[]): Table {
  return {
    columns: ["measure", "value", "95% CI"],
    rows: measures.map(([name, measure]) => measureCells(name, measure)),
    note: remarks(measures),
  };
}

/** Why numbers do not exist, and what must be known to read them. */
function remarks(measures: readonly (readonly [name: string, measure: Measure])[]): string | undefined {
  const found = measures.flatMap(([name, { absent, note }]) =>
    [absent, note].flatMap((remark) => (remark === undefined ? [] : `${name}: ${remark}.`)),
  );
  return found.length === 0 ? undefined : found.join(" ");
}
