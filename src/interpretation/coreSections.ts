import { percent } from "../core/percent.js";
import type { Section } from "../core/Section.js";
import type { Evaluation, NetBenefit } from "../statistics/evaluateScores.js";
import { formatInterval, formatShare } from "../statistics/format.js";
import { calibrationCurveFigure, decisionCurveFigure, distributionFigure } from "./evaluationFigures.js";
import { alone, measureTable } from "./measureTable.js";

/** The core set: discrimination, calibration, net benefit, and the distribution of the probabilities. */
export function coreSections({ auc, calibration, netBenefit, distribution }: Evaluation): Section[] {
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
const shownThresholds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

/** Net benefit as a table and a figure. */
export function netBenefitSection(heading: string, netBenefit: NetBenefit): Section {
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
