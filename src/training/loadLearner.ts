import { UserError } from "../errors.js";
import { isStats } from "../data/imagenetStats.js";
import type { Preparation } from "../data/prepareImage.js";
import { paddingModes, resizeMethods } from "../data/transforms/resizing.js";
import { largestSize } from "../data/bunchOptions.js";
import { isTransform, isTransformDefined } from "../data/transforms/Transform.js";
import { Random } from "../engine/random.js";
import { readSafetensors, type StoredTensor } from "../engine/safetensors.js";
import { createBody, isBackboneDefined, isBodySpec } from "../models/backbones.js";
import { Cnn } from "../models/Cnn.js";
import { createHead } from "../models/createHead.js";
import { restore } from "../models/torchLayout.js";
import { checkedThreshold, type DecisionThreshold } from "./DecisionThreshold.js";
import { exportFormat, type ExportedLearner } from "./exportLearner.js";
import { InferenceLearner } from "./InferenceLearner.js";

/**
 * An inference learner from what `learn.export()` wrote: fast.ai's `load_learner`. It predicts what the exported
 * learner did, in any process and without its data.
 * @throws UserError naming the file when it is missing, broken, of a later version or no exported learner
 */
export async function loadLearner(file: string): Promise<InferenceLearner> {
  const { tensors, metadata } = await readSafetensors(file);
  const exported = exportedOf(metadata, file);
  const model = createModel(exported, tensors, file);
  try {
    for (const variable of model.state()) restore(variable, known(tensors, variable.name, file), file);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return new InferenceLearner(model, exported);
}

function createModel(
  { body: spec, classes }: ExportedLearner,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): Cnn {
  const [linFtrs = 0] = known(tensors, "1.4.weight", file).shape;
  const body = createBody("0", spec);
  const head = createHead("1", { features: body.features, c: classes.length, linFtrs }, new Random(0));
  return new Cnn(body, head);
}

function known(tensors: ReadonlyMap<string, StoredTensor>, name: string, file: string): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new UserError(`${file} has no ${name}.`, remedy);
  return tensor;
}

const remedy = "Export the learner anew with `learn.export()`.";

/** The description in a file's metadata, every part of it checked. */
function exportedOf(metadata: Readonly<Record<string, string>>, file: string): ExportedLearner {
  if (metadata.format !== exportFormat.format) {
    const isCheckpoint = metadata.optimizerStep !== undefined;
    throw new UserError(
      `${file} is ${isCheckpoint ? "a checkpoint of `learn.save`" : "a weight file"}, not an exported learner.`,
      "Name a file that `learn.export()` wrote.",
    );
  }
  if (metadata.version !== exportFormat.version) {
    throw new UserError(
      `${file} has version ${metadata.version ?? "none"} of the format; this program reads ${exportFormat.version}.`,
      "Update the program, or export the learner with this version of it.",
    );
  }
  const broken = (what: string, cause?: unknown) =>
    new UserError(`${file} is broken: ${what}.`, remedy, { cause });
  let exported: Partial<Record<keyof ExportedLearner, unknown>>;
  try {
    exported = JSON.parse(metadata.learner ?? "") as typeof exported;
  } catch (error) {
    throw broken("its description is no JSON", error);
  }
  const { arch, body, classes, preparation, threshold } = exported;
  requireDefinitions(exported, file);
  if (typeof arch !== "string") throw broken("it names no architecture");
  if (!isBodySpec(body)) throw broken(`its net is ${JSON.stringify(body)}`);
  if (!isClasses(classes)) throw broken(`its classes are ${JSON.stringify(classes)}`);
  if (!isPreparation(preparation)) throw broken(`its images are to be ${JSON.stringify(preparation)}`);
  return {
    ...{ arch, body, classes, preparation },
    threshold: threshold === undefined ? undefined : thresholdOf(threshold, classes, broken),
  };
}

/** @throws UserError naming a backbone or transform of one's own that this process does not know */
function requireDefinitions(
  { body, preparation }: { readonly body?: unknown; readonly preparation?: unknown },
  file: string,
): void {
  const undefinedHere = (what: string, name: unknown, definedBy: string) =>
    new UserError(
      `${file} was exported with the ${what} ${JSON.stringify(name)}, which is not defined here.`,
      `Run its \`${definedBy}\` before \`loadLearner\`: import the file that has it, or run the cell.`,
    );
  const { kind } = fieldsOf(body);
  if (typeof kind === "string" && !isBackboneDefined(kind)) {
    throw undefinedHere("backbone", kind, "defineBackbone");
  }
  const { transforms } = fieldsOf(preparation);
  const names = Array.isArray(transforms) ? transforms.map((transform) => fieldsOf(transform).name) : [];
  const missing = names.find((name) => typeof name === "string" && !isTransformDefined(name));
  if (missing !== undefined) throw undefinedHere("transform", missing, "defineTransform");
}

function thresholdOf(
  value: unknown,
  classes: readonly string[],
  broken: (what: string, cause?: unknown) => UserError,
): DecisionThreshold {
  const { positiveClass, threshold, rule } = fieldsOf(value);
  const what = `its threshold is ${JSON.stringify(value)}`;
  if (typeof positiveClass !== "string" || typeof threshold !== "number") throw broken(what);
  try {
    const words = typeof rule === "string" ? rule : undefined;
    return checkedThreshold({ positiveClass, threshold, rule: words }, classes);
  } catch (error) {
    throw broken(what, error);
  }
}

const isClasses = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");

function isPreparation(value: unknown): value is Preparation {
  // Files of before there was a choice do not name the last two.
  const { size, transforms, stats, resizeMethod = "crop", paddingMode = "reflection" } = fieldsOf(value);
  return (
    isCount(size, largestSize) &&
    Array.isArray(transforms) &&
    transforms.every(isTransform) &&
    resizeMethods.some((known) => known === resizeMethod) &&
    paddingModes.some((known) => known === paddingMode) &&
    (stats === undefined || isStats(stats))
  );
}

const isCount = (value: unknown, most: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
