// What is said of labels and scores: no images, no TensorFlow, no display. The metrics of a fit and the interpretation
// call the same functions.
export { type PositiveClass, positiveClass } from "./positiveClass.js";
export type { Predictions } from "./Predictions.js";
export type { DecisionThreshold } from "./DecisionThreshold.js";
export { type BinaryScores, binaryScores } from "./BinaryScores.js";
export type { Counts } from "./Counts.js";
export type { Average } from "./averageOf.js";
export { bootstrap, type BootstrapOptions } from "./bootstrap.js";
export {
  atTemperature,
  type Calibration,
  confidenceCalibration,
  fitTemperature,
  type ReliabilityBin,
} from "./calibration.js";
export {
  findLabelIssues,
  type LabelIssue,
  type LabelIssueFilter,
  type LabelIssueOptions,
  type LabelIssues,
  type LabelledProbabilities,
} from "./findLabelIssues.js";
export { type CalibrationCurve, calibrationCurve } from "./calibrationCurve.js";
export { type DecisionCurve, decisionCurve, type DecisionCurveOptions } from "./decisionCurve.js";
export {
  type ClassesEvaluation,
  evaluateClasses,
  type EvaluatedPredictions,
  type MacroMeasures,
} from "./evaluateClasses.js";
export {
  type AbsentCurve,
  type CalibrationMeasures,
  type MeasuresAtPrevalence,
  type EvaluatedScores,
  type EvaluateOptions,
  type Evaluation,
  evaluateScores,
  type NetBenefit,
} from "./evaluateScores.js";
export {
  type ComparedScores,
  type Comparison,
  compareScores,
  type CompareScoresOptions,
  type TestedDifference,
} from "./compareScores.js";
export { type PredictiveMeasures, predictiveMeasures, type CalledItems } from "./predictiveMeasures.js";
export type { AucMeasure } from "./aucMeasure.js";
export type { ShareMeasure } from "./shareMeasure.js";
export { expectedOverObserved } from "./expectedOverObserved.js";
export type { Measure } from "./Measure.js";
export { type ProbabilityHistogram, probabilityHistogram } from "./probabilityHistogram.js";
export { logitsOfScores, type Recalibration, recalibration } from "./recalibration.js";
export type { ChosenThreshold, ThresholdRule } from "./chooseThreshold.js";
export { type RecallGuarantee, recallGuarantee, type RecallGuaranteeOptions } from "./recallGuarantee.js";
export {
  type ConformalCoverage,
  conformalCoverage,
  conformalNeeds,
  conformalSet,
  type ConformalSets,
  conformalSets,
} from "./conformalSets.js";
export { cohenKappa, type KappaWeights, matthewsCorrcoef } from "./agreement.js";
export { type AucComparison, type AucInterval, aucInterval, compareAucs } from "./deLong.js";
export { type ClusteredMcNemar, clusteredMcNemar } from "./clusteredMcNemar.js";
export { type ClusteredShare, clusteredShare, type ShareItems } from "./clusteredShare.js";
export type { ClassShares } from "./classShares.js";
export {
  compareSeeds,
  type SeedComparison,
  type SeedComparisonOptions,
  seedsNeeded,
} from "./compareSeeds.js";
export type { Groups } from "./Groups.js";
export { type McNemar, mcNemar } from "./mcNemar.js";
export type { BinaryMeasures, Estimate, RankedMeasures } from "./measures.js";
export { type PredictiveValues, predictiveValues } from "./predictiveValues.js";
export type { PrecisionRecallCurve, RocCurve } from "./rocCurve.js";
export { quartiles, type Subgroup } from "./subgroups.js";
export type { ConfusionMatrix } from "./confusionMatrix.js";
export type { Share } from "./Share.js";
export type { Spread } from "./spread.js";
