import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type ImageStats, isStats } from "../../core/imagenetStats.js";
import { maxSize, paddingModes, resizeMethods } from "../../data/transforms/resizing.js";
import { isTransform, type Transform } from "../../data/transforms/Transform.js";
import { checkFields } from "../../core/checkFields.js";
import { UserError } from "../../core/errors.js";
import { bodySpec } from "../../models/bodies/bodySpec.js";
import { conformalSetsSchema, thresholdSchema } from "./decisionSchemas.js";
import { requireDefinitions } from "./requireDefinitions.js";
import { exportFormat, labelsVersion } from "./exportLearner.js";
import type { ExportedLearner } from "./ExportedLearner.js";
import type { WithinEpoch } from "../checkpoint.js";
import { isRngState, type RngState } from "../rngState.js";
import type { EpochMark } from "../NetEpoch.js";

type Metadata = Readonly<Record<string, string>>;

const count = (most: number) => z.number().int().min(1).max(most);

/** Names are what a person is told: none may stand for two classes. */
const classes = z
  .array(z.string())
  .min(1)
  .refine((names) => new Set(names).size === names.length, "expected no name twice");

const preparation = z
  .object({
    size: count(maxSize),
    transforms: z
      .array(z.custom<Transform>(isTransform, "expected a transform as its function makes it"))
      .max(100),
    stats: z
      .custom<ImageStats>(
        isStats,
        "expected a mean and a standard deviation above 0 for each of red, green and blue",
      )
      .optional(),
    // Files of before there was a choice do not name these.
    resizeMethod: z.enum(resizeMethods).optional(),
    paddingMode: z.enum(paddingModes).optional(),
    applyExifOrientation: z.boolean().optional(),
  })
  .transform(({ stats, ...rest }) => ({ ...rest, stats }));

const learner: z.ZodType<ExportedLearner> = z
  .object({
    arch: z.string().min(1),
    body: bodySpec,
    classes,
    preparation,
    positiveClass: z.string().optional(),
    threshold: thresholdSchema.optional(),
    temperature: z.number().positive().optional(),
    conformalSets: conformalSetsSchema.optional(),
    labelThresholds: z.array(z.number().gt(0).lt(1)).optional(),
  })
  .superRefine(({ classes, positiveClass, threshold, conformalSets, labelThresholds }, context) => {
    if (labelThresholds && labelThresholds.length !== classes.length) {
      const [path, input] = [["labelThresholds"], labelThresholds];
      context.addIssue({ code: "custom", path, input, message: "expected one for each class" });
    }
    if (conformalSets && !isDeepStrictEqual(conformalSets.classes, classes)) {
      const [path, input] = [["conformalSets", "classes"], conformalSets.classes];
      context.addIssue({ code: "custom", path, input, message: "expected the classes, in their order" });
    }
    const named = [
      { path: ["positiveClass"], input: positiveClass },
      { path: ["threshold", "positiveClass"], input: threshold?.positiveClass },
    ];
    for (const { path, input } of named) {
      if (input === undefined || classes.includes(input)) continue;
      context.addIssue({ code: "custom", path, input, message: "expected one of the classes" });
    }
  });

/** Whether a file of weights says that `learn.export` wrote it. */
export const isExport = (metadata: Metadata): boolean => metadata.format === exportFormat.format;

/**
 * What an exported file says of its learner, every field of it checked and every number bounded before anything is
 * made of it.
 * @throws UserError naming the file, and the field that is wrong
 */
export function exportedLearnerOf(metadata: Metadata, file: string): ExportedLearner {
  if (!isExport(metadata)) {
    const isCheckpoint = metadata.optimizerStep !== undefined;
    throw new UserError(
      `${file} is ${isCheckpoint ? "a checkpoint of `learn.save`" : "a weight file"}, not an exported learner.`,
      "Name a file that `learn.export()` wrote.",
    );
  }
  if (metadata.version !== exportFormat.version && metadata.version !== labelsVersion) {
    throw new UserError(
      `${file} has version ${metadata.version ?? "none"} of the format; this program reads ${exportFormat.version} and ${labelsVersion}.`,
      "Update the program, or export the learner with this version of it.",
    );
  }
  const remedy = "Export the learner anew with `learn.export()`.";
  const described = checkFields(z.object({ learner: json }), metadata, { file, remedy });
  requireDefinitions(described.learner, file);
  return checkFields(z.object({ learner }), described, { file, remedy }).learner;
}

/** A text that holds JSON, as what it holds. */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "expected JSON" });
    return z.NEVER;
  }
});

/** What a checkpoint says beside its arrays. Files of others and older ones do not say all of it. */
export interface CheckpointMetadata {
  readonly architecture?: string;
  /** What tells it from others of its name. */
  readonly id?: string;
  readonly classes?: readonly string[];
  /** By which its images were normalised; null where they were not. */
  readonly stats?: ImageStats | null;
  /** Steps of the optimizer. @default 0 */
  readonly optimizerStep?: number;
  readonly draws?: RngState;
  readonly seeds?: readonly number[];
  readonly withinEpoch?: WithinEpoch;
  readonly epochMark?: EpochMark;
}

const orNaN = (loss: number | null): number => loss ?? NaN;

const checkpoint: z.ZodType<CheckpointMetadata, Metadata> = z.object({
  architecture: z.string().optional(),
  id: z.string().optional(),
  classes: json.pipe(z.array(z.string()).min(1)).optional(),
  stats: json
    .pipe(
      z.custom<ImageStats>(isStats, "expected a mean and a standard deviation for each channel").nullable(),
    )
    .optional(),
  optimizerStep: z.string().transform(Number).pipe(z.number().int().min(0)).optional(),
  draws: json.pipe(z.custom<RngState>(isRngState, "expected the places of the random streams")).optional(),
  seeds: json.pipe(z.array(z.number().int())).optional(),
  // A loss that is no number is null in JSON, and tells no epoch from another.
  epochMark: json
    .pipe(
      z.object({
        epoch: z.int(),
        trainLoss: z.number().nullable().transform(orNaN),
        validLoss: z.number().nullable().transform(orNaN).optional(),
      }),
    )
    .optional(),
  withinEpoch: json.pipe(z.object({ epoch: z.int(), batch: z.int(), batches: z.int() })).optional(),
});

/** What to do about a checkpoint that is not as it should be. */
export const checkpointRemedy = "Load another checkpoint, or make this one anew with `learn.save`.";

/**
 * What a checkpoint's metadata say, every field of it checked.
 * @throws UserError naming the file, and the field that is wrong
 */
export function checkpointMetadataOf(metadata: Metadata, file: string): CheckpointMetadata {
  return checkFields(checkpoint, metadata, {
    file,
    remedy: checkpointRemedy,
  });
}
