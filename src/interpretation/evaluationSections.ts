import type { Section } from "../core/Section.js";
import type { Comparison, TestedDifference } from "../statistics/compareScores.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Evaluation } from "../statistics/evaluateScores.js";
import { formatP, formatShare, formatThreshold } from "../statistics/format.js";
import { percent } from "../core/percent.js";
import { coreSections, netBenefitSection } from "./coreSections.js";
import type { GroupNoun } from "../core/groupNoun.js";
import { dashNote } from "./dashNote.js";
import {
  areaTestInWords,
  errorTestInWords,
  imagesInWords,
  unknownGroups,
} from "../statistics/imagesInWords.js";
import { alone, measureCells, measureTable, remarks } from "./measureTable.js";
import { nameInText } from "../core/nameInText.js";

/** What is evaluated, in words. */
export interface EvaluatedInWords {
  /** The class that is positive, where classes have names. */
  readonly positiveClass?: string;
  /** The other model, where two are compared. */
  readonly against?: string;
  /** How the images of two files were found in each other. */
  readonly pairedBy?: "name" | "order";
  /** What those are called whose images belong together. @default "patient" */
  readonly groupNoun?: GroupNoun;
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
  if ("classes" in evaluation) return classesSections(evaluation, about);
  return [
    { heading: "Images", text: imagesText(evaluation, about) },
    ...coreSections(evaluation),
    thresholdSection(evaluation),
    ...prevalenceSections(evaluation),
    promiseSection(evaluation, about),
    ...comparisonSections(evaluation, about),
  ];
}

/** Whose images they are, and what intervals make of it. */
function patientsText(patients: number | null, noun: GroupNoun = "patient"): string {
  return patients === null
    ? `Intervals and tests take images as independent, and are too narrow where some are not: ${unknownGroups}.`
    : `Intervals and tests take into account that images of one ${noun} are alike.`;
}

function imagesText(
  { n, positives, patients }: Evaluation,
  { positiveClass, groupNoun }: EvaluatedInWords,
): string[] {
  const images = imagesInWords(n, undefined, patients ?? undefined, groupNoun);
  const what = positiveClass === undefined ? "positive" : `positive (${nameInText(positiveClass)})`;
  return [`${images}, ${positives} of them ${what}. ${patientsText(patients, groupNoun)}`];
}

function thresholdSection(evaluation: Evaluation): Section {
  const { threshold, sensitivity, specificity, ppv, npv, accuracy, f1 } = evaluation;
  return {
    heading:
      threshold === null
        ? "Called by the most probable class"
        : `At the threshold ${formatThreshold(threshold)}`,
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

function promiseSection(
  { recallGuarantees, patients }: Evaluation,
  { groupNoun = "patient" }: EvaluatedInWords,
): Section {
  const unit = patients === null ? "positive images" : `${groupNoun}s with positive images`;
  const rows = recallGuarantees.map(({ recall, threshold, units, needed, misses }) => [
    recall.toFixed(2),
    threshold === null ? "–" : formatThreshold(threshold),
    ...[units, needed].map(String),
    threshold === null ? "–" : String(misses),
  ]);
  return {
    heading: "Thresholds with a promise",
    text: [
      `With 95% confidence at least this share of ${patients === null ? "new positive images is" : `new ${groupNoun}s has all positive images`} ` +
        "found from the threshold on, where they are drawn as these were. Apply it to other images than these: here it was chosen.",
    ],
    tables: [
      {
        columns: ["recall", "threshold", unit, "needed", "with an image below it"],
        rows,
        note: dashNote(rows, [`there are fewer ${unit} than are needed`]),
      },
    ],
  };
}

/** How two files' images were found in each other, as it stands before other sentences. */
const pairedText: Readonly<Record<NonNullable<EvaluatedInWords["pairedBy"]>, string>> = {
  name: "Images were paired by their names. ",
  order: "Images were paired in the order of the two files, since not both name them. ",
};

function comparisonSections(
  { comparison, patients }: Evaluation,
  { against, pairedBy, groupNoun }: EvaluatedInWords,
): Section[] {
  if (!comparison) return [];
  const { aucs, aucDifference, errorDifference, onlyFirst, onlySecond, mcNemarP } = comparison;
  const other = against ?? "the second model";
  const row = (name: string, difference: TestedDifference) => {
    const [, ...cells] = measureCells(name, difference);
    return [name, ...cells, formatP(difference.p ?? NaN)];
  };
  const errors = patients === null ? exactly(errorDifference, mcNemarP) : errorDifference;
  return [
    {
      heading: `Beside ${other}`,
      text: [
        (pairedBy ? pairedText[pairedBy] : "") +
          `Differences above 0 are in favour of the first model. AUROC ${formatShare(aucs[0] ?? NaN)} and ${formatShare(aucs[1] ?? NaN)}; ` +
          `${onlyFirst} images only the first gets right, ${onlySecond} only the second. ${thresholdsText(comparison)}` +
          `P values by ${areaTestInWords(patients)} and by ${errorTestInWords(patients, groupNoun)}.`,
      ],
      tables: [
        {
          columns: ["difference", "value", "95% CI", "p value"],
          rows: [
            row("AUROC, the first less the second", aucDifference),
            row("error rate, the second less the first", errors),
          ],
          note: remarks([
            ["AUROC", aucDifference],
            ["error rate", errors],
          ]),
        },
      ],
    },
  ];
}

/** The same with the exact test, which exists too where the models never differ. */
const exactly = ({ absent, ...difference }: TestedDifference, p: number): TestedDifference => ({
  ...difference,
  ...(difference.low === null && { absent }),
  p,
});

/** Where both models do not call images positive from the same score on. */
function thresholdsText({ thresholds }: Comparison): string {
  const [first, second] = thresholds.map((threshold) =>
    threshold === null ? "where it is the most probable class" : `from ${formatThreshold(threshold)} on`,
  );
  return first === second ? "" : `The first calls an image positive ${first}, the second ${second}. `;
}

/** With more classes than this, a page has no room for the curves of each. */
const mostDetailed = 6;

function classesSections(
  { n, patients, classes, macro, accuracy }: ClassesEvaluation,
  about: EvaluatedInWords,
): Section[] {
  const images = imagesInWords(n, undefined, patients ?? undefined, about.groupNoun);
  const threshold = Object.values(classes)[0]?.threshold ?? null;
  const measured = Object.entries(classes).map(([name, { positives, ...evaluation }]) => {
    const { auc, sensitivity, specificity, ppv, npv } = evaluation;
    return { name, positives, measures: { AUROC: auc, sensitivity, specificity, PPV: ppv, NPV: npv } };
  });
  const rows = measured.map(({ name, positives, measures }) => [
    name,
    String(positives),
    ...Object.values(measures).map((each) => measureCells("", each).slice(1).join(", ")),
  ]);
  const notes = measured.flatMap(({ name, measures }) =>
    Object.entries(measures).map(([measure, each]) => [`${nameInText(name)}, ${measure}`, each] as const),
  );
  return [
    { heading: "Images", text: [`${images}. ${patientsText(patients, about.groupNoun)}`] },
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
      text: [
        threshold === null
          ? "Images are called after their most probable class."
          : `Images are called to be of a class at a probability of ${formatThreshold(threshold)} or more.`,
      ],
      tables: [
        {
          columns: ["class", "images", "AUROC", "sensitivity", "specificity", "PPV", "NPV"],
          rows,
          note: remarks(notes),
        },
      ],
    },
    ...(measured.length > mostDetailed
      ? [
          {
            heading: "Curves and net benefit of each class",
            text: [
              `They are left out here, since there are more than ${mostDetailed} classes. Of one class ` +
                "npx xray evaluate RUN --positive CLASS shows them, and interp.binary({ positive }) in a notebook.",
            ],
          },
        ]
      : Object.entries(classes).flatMap(([name, evaluation]) =>
          [
            ...coreSections(evaluation),
            ...prevalenceSections(evaluation),
            promiseSection(evaluation, about),
          ].map((section) => ({ ...section, heading: `${nameInText(name)}: ${section.heading}` })),
        )),
  ];
}
