/**
 * The public surface, in the order in which a notebook uses it. Importing it loads no TensorFlow and chooses no display:
 * the first use does, which in a notebook takes the notebook's display, anywhere else the terminal's.
 */
import { createDisplay } from "./display/createDisplay.js";
import { actAsKernel } from "./display/actAsKernel.js";
import { denoJupyter } from "./core/denoJupyter.js";
import { setDefaultDisplay } from "./core/Display.js";

setDefaultDisplay(createDisplay);
const deno = denoJupyter();
if (deno) actAsKernel(deno);

// Settings
export { chooseParameters } from "./runs/chooseParameters.js";
export { type Parameters, presets } from "./runs/presets.js";

// Data
export { type DsType, ImageDataBunch } from "./data/ImageDataBunch.js";
export type { FromFolderOptions } from "./data/divisions.js";
export type { ImageDataBunchOptions } from "./data/bunchOptions.js";
export type { ShowBatchOptions } from "./data/figures/showBatch.js";
export type { LabelledOptions } from "./data/labelledDataset.js";
export type { OnBadImage } from "./data/images/checkImages.js";
export type { Column } from "./data/labels/Column.js";
export type { CsvOptions } from "./data/labels/labelFromCsv.js";
export type { Excluded } from "./data/labels/imageFolder.js";
export type { LabelOf } from "./data/labels/labelFiles.js";
export type { ClassFolder } from "./data/labels/labelFromFolders.js";
export type { GroupBy, PatientOf } from "./data/labels/patients.js";
export { dicomPatient } from "./data/dicom/dicomPatient.js";
export { type ImageFacts, imageFacts } from "./data/images/imageFacts.js";
export {
  type Duplicate,
  type DuplicateOptions,
  findDuplicates,
  type FoundImage,
} from "./data/images/findDuplicates.js";
export { showDuplicates } from "./data/figures/showDuplicates.js";
export { ImageDataset, type ImageItem } from "./data/ImageDataset.js";
export type { DataLoader } from "./data/loading/DataLoader.js";
export { getTransforms, type TransformOptions, type Transforms } from "./data/transforms/getTransforms.js";
export type { PaddingMode, ResizeMethod, Resizing } from "./data/transforms/resizing.js";
export type { Transform } from "./data/transforms/Transform.js";
export {
  defineTransform,
  type NamedTransform,
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
  TransformStep,
  StepOf,
} from "./data/transforms/TransformStep.js";
export type { Matrix3 } from "./data/transforms/matrix.js";
export { Random, type RandomState } from "./core/Random.js";
export { brightness, type Brightness } from "./data/transforms/brightness.js";
export { contrast, type Contrast } from "./data/transforms/contrast.js";
export { crop, type Crop } from "./data/transforms/crop.js";
export { cropPad, type CropPad } from "./data/transforms/cropPad.js";
export { cutout, type Cutout } from "./data/transforms/cutout.js";
export { dihedral, type Dihedral } from "./data/transforms/dihedral.js";
export { flipLr, type FlipLr } from "./data/transforms/flipLr.js";
export { jitter, type Jitter } from "./data/transforms/jitter.js";
export { pad, type Pad } from "./data/transforms/pad.js";
export { randPad } from "./data/transforms/randPad.js";
export { rotate, type Rotate } from "./data/transforms/rotate.js";
export { symmetricWarp, type SymmetricWarp } from "./data/transforms/symmetricWarp.js";
export { zoom, type Zoom } from "./data/transforms/zoom.js";
export { imagenetStats, type ImageStats } from "./core/imagenetStats.js";
export type { Batch } from "./data/Batch.js";

// Model and training
export type { CheckpointOptions } from "./training/checkpoint.js";
export { cnnLearner, type CnnLearnerOptions } from "./training/cnnLearner.js";
export { modelFrom, models } from "./models/models.js";
export * as layers from "./models/layers/layers.js";
export type { Architecture } from "./models/bodies/Architecture.js";
export type { ArchitectureName } from "./models/bodies/backbones.js";
export type { Body, BodySpec, BodyWeights } from "./models/bodies/Body.js";
export {
  type BackboneDefinition,
  defineBackbone,
  type SpecCheck,
  type SpecError,
  type SpecIssue,
  type SpecSchema,
} from "./models/bodies/defineBackbone.js";
export {
  auroc,
  type AverageOptions,
  type BinaryMetricOptions,
  fBeta,
  kappaScore,
  matthewsCorreff,
  precision,
  recall,
} from "./training/metrics/confusionMetrics.js";
export {
  accuracy,
  errorRate,
  type Metric,
  type MetricClasses,
  type MetricDescription,
  type MetricInput,
  topKAccuracy,
} from "./training/metrics/metrics.js";
export { adam, type AdamOptions } from "./training/optimizers/Adam.js";
export { sgd, type SGDOptions } from "./training/optimizers/SGD.js";
export type { OptFunc, WeightDecayOptions } from "./training/optimizers/Optimizer.js";
export { crossEntropy, type CrossEntropyOptions } from "./training/losses/CrossEntropy.js";
export { bceWithLogits, type BCEWithLogitsOptions } from "./training/losses/BCEWithLogits.js";
export {
  accuracyThresh,
  fBetaThresh,
  labelAuroc,
  type ThreshOptions,
} from "./training/metrics/labelMetrics.js";
export type { LossFunc } from "./training/losses/Loss.js";
export type { FineTuneOptions } from "./training/fineTune.js";
export type { FitOneCycleOptions } from "./training/fitOneCycle.js";
export type { HistoryRow, Timing } from "./training/HistoryRow.js";
export type { TrainedStage } from "./training/TrainedStage.js";
export type { BackupOptions } from "./training/backup/BackupOptions.js";
export type { Interruption } from "./training/backup/SavedFit.js";
export { Learner } from "./training/Learner.js";
export type { ShowResultsOptions } from "./training/showResults.js";
export type { BatchLoader, ItemBatch, TrainBatch } from "./training/DataBunch.js";
export type { LearnerOptions } from "./training/LearnerOptions.js";
export { type LearningRate, type LearningRateSlice, slice } from "./training/optimizers/slice.js";
export type { Callback, CallbackRequest, TrainingState } from "./training/callbacks/Callback.js";
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
export type { EpochRow } from "./training/recorder/EpochRow.js";
export type { PlotOptions, Recorder } from "./training/recorder/Recorder.js";
export type { TrainedLearner } from "./training/TrainedLearner.js";
export type { LRFinderOptions } from "./training/callbacks/LRFinder.js";
export type { OneCycleOptions } from "./training/callbacks/OneCycleScheduler.js";
export { type LrSuggestions, lrSuggestions } from "./training/recorder/lrSuggestions.js";
export type { PrecomputeOptions } from "./training/precompute.js";
export type { GetPredsOptions } from "./training/getPreds.js";
export type { TTAOptions } from "./training/TTA.js";
export type { ValidateOptions, Validation } from "./training/validate.js";

// Inference
export type { ExportOptions } from "./training/inference/exportLearner.js";
export { loadLearner } from "./training/inference/loadLearner.js";
export type { InferenceLearner } from "./training/inference/InferenceLearner.js";
export type { FilePrediction, UnreadableFile } from "./training/inference/predictEach.js";
export type { NetDescription } from "./training/inference/NetDescription.js";
export type { Prediction } from "./training/inference/Prediction.js";

// Statistics
export * from "./statistics/index.js";

// The chest X-rays
export * from "./xrays/index.js";

// Interpretation
export {
  ClassificationInterpretation,
  type Confusion,
  type EvaluationOptions,
  type FromLearnerOptions,
  type InterpretationOptions,
} from "./interpretation/ClassificationInterpretation.js";
export { LabelInterpretation, type LabelMeasures } from "./interpretation/LabelInterpretation.js";
export type { LabelPredictions } from "./statistics/LabelPredictions.js";
export type { SeveralLabelsOptions } from "./data/labels/severalLabels.js";
export type { TopLoss } from "./interpretation/TopLoss.js";
export type { ClassificationMetrics, ShareName } from "./interpretation/matrixMetrics.js";
export { BinaryInterpretation, type ThresholdOptions } from "./interpretation/BinaryInterpretation.js";
export type { ConfusionMatrixFigureOptions } from "./interpretation/confusionMatrixFigure.js";
export {
  type ShortcutTest,
  shortcutTests,
  type ShortcutTestsOptions,
} from "./interpretation/shortcutTests.js";
export { type TellingFact, tellingFacts } from "./interpretation/tellingFacts.js";
export { auditData, type AuditOptions } from "./audit/auditData.js";
export type { AuditedItem, AuditFinding, DataAudit, FindingKind } from "./audit/DataAudit.js";
export { layerCam, type LayerCamOptions } from "./interpretation/layerCam.js";
export { type OcclusionOptions, occlusionSensitivity } from "./interpretation/occlusionSensitivity.js";
export {
  type RandomizationTest,
  randomizationTest,
  type RandomizationTestOptions,
} from "./interpretation/randomizationTest.js";
export { showHeatMaps } from "./interpretation/showHeatMaps.js";
export { type ExplainedImage, shareInBorder, borderAttention } from "./interpretation/borderAttention.js";
export type { PlotCasesOptions } from "./interpretation/plotCases.js";
export type { PlotConfusionImagesOptions } from "./interpretation/plotConfusionImages.js";
export {
  type CamMap,
  type ExplainingLearner,
  type GradCam,
  gradCam,
  type GradCamOptions,
} from "./interpretation/gradCam.js";

export { SeedSweep } from "./runs/SeedSweep.js";

// Report
export { saveMetrics, type SaveMetricsOptions } from "./runs/saveMetrics.js";
export { HeldOutChoices } from "./runs/heldOut/HeldOutChoices.js";
export type { Choices, ChosenEpoch } from "./runs/heldOut/Choices.js";
export {
  type Curve,
  type Curves,
  currentDisplay,
  type Display,
  type Figure,
  type FitProgress,
  setDisplay,
  type PictureCell,
  type PictureTable,
  type Table,
  type TaskProgress,
} from "./core/Display.js";
export type { Section } from "./core/Section.js";
export { saveFigure } from "./display/saveFigure.js";
export { Interrupted, UserError } from "./core/errors.js";
