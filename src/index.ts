/**
 * The public surface, in the order in which a notebook uses it. Importing it in a notebook chooses the notebook's
 * display, anywhere else the terminal's.
 */
import { createDisplay } from "./display/createDisplay.js";
import { setDisplay } from "./display/Display.js";

setDisplay(createDisplay());

// Settings
export { chooseParameters } from "./chooseParameters.js";
export { type Parameters, presets } from "./presets.js";

// Data
export { findDataset, type FoundDataset } from "./data/findDataset.js";
export type { DataSource } from "./RunData.js";
export { showListing } from "./data/datasetListing.js";
export { type DsType, type FromFolderOptions, ImageDataBunch } from "./data/ImageDataBunch.js";
export type { ImageDataBunchOptions } from "./data/bunchOptions.js";
export type { OnBadImage } from "./data/checkImages.js";
export type { Column, CsvOptions } from "./data/labelFromCsv.js";
export type { LabelOf } from "./data/labelFiles.js";
export type { ClassFolder } from "./data/labelFromFolders.js";
export type { PatientOf } from "./data/patients.js";
export { type ImageFacts, imageFacts } from "./data/imageFacts.js";
export { kermanyCause } from "./data/kermanyCause.js";
export { kermanyPatient } from "./data/kermanyPatient.js";
export {
  type Duplicate,
  type DuplicateOptions,
  findDuplicates,
  type FoundImage,
} from "./data/findDuplicates.js";
export { showDuplicates } from "./data/showDuplicates.js";
export { ImageDataset, type ImageItem } from "./data/ImageDataset.js";
export type { DataLoader } from "./data/DataLoader.js";
export { getTransforms, type TransformOptions, type Transforms } from "./data/transforms/getTransforms.js";
export type { PaddingMode, ResizeMethod, Resizing } from "./data/transforms/resizing.js";
export type { Transform } from "./data/transforms/Transform.js";
export {
  defineTransform,
  type OwnTransform,
  type TransformDefinition,
  type TransformFields,
} from "./data/transforms/defineTransform.js";
export type {
  AffineStep,
  CoordStep,
  CropPadStep,
  CropStep,
  CutoutStep,
  FilterStep,
  FlipStep,
  JitterStep,
  LightingStep,
  PadStep,
  Place,
  PlannedStep,
  Step,
  StepOf,
} from "./data/transforms/Step.js";
export type { Matrix3 } from "./data/transforms/matrix.js";
export { Random, type RandomState } from "./engine/random.js";
export { brightness } from "./data/transforms/brightness.js";
export { contrast } from "./data/transforms/contrast.js";
export { crop } from "./data/transforms/crop.js";
export { cropPad } from "./data/transforms/cropPad.js";
export { cutout } from "./data/transforms/cutout.js";
export { dihedral } from "./data/transforms/dihedral.js";
export { flipLr } from "./data/transforms/flipLr.js";
export { jitter } from "./data/transforms/jitter.js";
export { pad } from "./data/transforms/pad.js";
export { randPad } from "./data/transforms/randPad.js";
export { rotate } from "./data/transforms/rotate.js";
export { symmetricWarp } from "./data/transforms/symmetricWarp.js";
export { zoom } from "./data/transforms/zoom.js";
export { imagenetStats, type ImageStats } from "./data/imagenetStats.js";
export type { Batch } from "./data/Batch.js";

// Model and training
export { cnnLearner, type CnnLearnerOptions } from "./training/cnnLearner.js";
export { modelFrom, models } from "./models/models.js";
export * as layers from "./models/layers/layers.js";
export type { Architecture } from "./models/Architecture.js";
export type { ArchitectureName } from "./models/backbones.js";
export type { Body, BodySpec } from "./models/Body.js";
export {
  type BackboneDefinition,
  defineBackbone,
  type SpecCheck,
  type SpecError,
  type SpecIssue,
  type SpecSchema,
} from "./models/defineBackbone.js";
export {
  auroc,
  type Average,
  type AverageOptions,
  type BinaryMetricOptions,
  fBeta,
  kappaScore,
  matthewsCorreff,
  precision,
  recall,
} from "./training/confusionMetrics.js";
export {
  accuracy,
  errorRate,
  type Metric,
  type MetricClasses,
  type MetricDescription,
  type MetricInput,
  topKAccuracy,
} from "./training/metrics.js";
export { type PositiveClass, positiveClass } from "./statistics/positiveClass.js";
export { adam, type AdamOptions } from "./training/Adam.js";
export { sgd, type SGDOptions } from "./training/SGD.js";
export type { OptFunc, WeightDecayOptions } from "./training/Optimizer.js";
export { crossEntropy, type CrossEntropyOptions, type LossFunc } from "./training/CrossEntropy.js";
export {
  type FineTuneOptions,
  type FitOneCycleOptions,
  type HistoryRow,
  Learner,
  type Timing,
} from "./training/Learner.js";
export type { ShowResultsOptions } from "./training/showResults.js";
export type { BatchLoader, ItemBatch, TrainBatch } from "./training/DataBunch.js";
export type { LearnerOptions } from "./training/LearnerOptions.js";
export { type LearningRate, type LearningRateSlice, slice } from "./training/slice.js";
export type { Callback, CallbackRequest, TrainingState } from "./training/Callback.js";
export { CSVLogger, type CSVLoggerOptions } from "./training/callbacks/CSVLogger.js";
export {
  EarlyStoppingCallback,
  type EarlyStoppingOptions,
} from "./training/callbacks/EarlyStoppingCallback.js";
export {
  ReduceLROnPlateauCallback,
  type ReduceLROnPlateauOptions,
} from "./training/callbacks/ReduceLROnPlateauCallback.js";
export { SaveModelCallback, type SaveModelOptions } from "./training/callbacks/SaveModelCallback.js";
export { TerminateOnNaNCallback } from "./training/callbacks/TerminateOnNaNCallback.js";
export type { TrackerOptions } from "./training/callbacks/Tracker.js";
export type { EpochRow, PlotOptions, Recorder } from "./training/Recorder.js";
export type { LRFinderOptions } from "./training/LRFinder.js";
export type { OneCycleOptions } from "./training/OneCycleScheduler.js";
export { type LrSuggestions, lrSuggestions } from "./training/lrSuggestions.js";
export type { PrecomputeOptions } from "./training/precompute.js";
export type { Predictions } from "./training/Predictions.js";
export type { TTAOptions } from "./training/TTA.js";
export type { Validation } from "./training/validate.js";

// Inference
export type { DecisionThreshold } from "./training/DecisionThreshold.js";
export type { ExportOptions } from "./training/exportLearner.js";
export { loadLearner } from "./training/loadLearner.js";
export type { FilePrediction, InferenceLearner } from "./training/InferenceLearner.js";
export type { NetDescription } from "./training/NetDescription.js";
export type { Prediction } from "./training/Prediction.js";

// Interpretation
export {
  ClassificationInterpretation,
  type Confusion,
  type FromLearnerOptions,
  type InterpretationOptions,
  type TopLoss,
} from "./interpretation/ClassificationInterpretation.js";
export type { ClassificationMetrics } from "./interpretation/matrixMetrics.js";
export { BinaryInterpretation, type ThresholdOptions } from "./interpretation/BinaryInterpretation.js";
export { type BinaryScores, binaryScores, type Counts } from "./interpretation/BinaryScores.js";
export { bootstrap, type BootstrapOptions } from "./interpretation/bootstrap.js";
export {
  atTemperature,
  type Calibration,
  confidenceCalibration,
  fitTemperature,
  type ReliabilityBin,
} from "./interpretation/calibration.js";
export { type ChosenThreshold, type ThresholdRule } from "./interpretation/chooseThreshold.js";
export { cohenKappa, type KappaWeights, matthewsCorrcoef } from "./training/agreement.js";
export { type AucComparison, type AucInterval, aucInterval, compareAucs } from "./interpretation/deLong.js";
export { type McNemar, mcNemar } from "./interpretation/mcNemar.js";
export type { BinaryMeasures, Estimate, RankedMeasures } from "./interpretation/measures.js";
export { type PredictiveValues, predictiveValues } from "./interpretation/predictiveValues.js";
export type { PrecisionRecallCurve, RocCurve } from "./interpretation/rocCurve.js";
export { quartiles, type Subgroup } from "./interpretation/subgroups.js";
export type { ConfusionMatrix, Share } from "./interpretation/confusionMatrix.js";
export type { ConfusionMatrixFigureOptions } from "./interpretation/confusionMatrixFigure.js";
export { type ExplainedImage, shareInBorder, whereItLooks } from "./interpretation/whereItLooks.js";
export { showComparisonWithArticle } from "./interpretation/compareWithArticle.js";
export type { PlotCasesOptions } from "./interpretation/plotCases.js";
export {
  type CamMap,
  type ExplainingLearner,
  type GradCam,
  gradCam,
  type GradCamOptions,
} from "./interpretation/gradCam.js";

export { SeedSweep, type Spread } from "./interpretation/SeedSweep.js";

// Report
export { saveMetrics } from "./saveMetrics.js";
export {
  type Curve,
  type Curves,
  currentDisplay,
  type Display,
  type Figure,
  type FitProgress,
  setDisplay,
  type Table,
  type TaskProgress,
} from "./display/Display.js";
export { Interrupted, UserError } from "./errors.js";
