import { UserError } from "../../core/errors.js";
import { Random } from "../../core/Random.js";
import { readSafetensors, type StoredTensor } from "../../engine/safetensors.js";
import { createBody, leastValues } from "../../models/bodies/backbones.js";
import type { Body } from "../../models/bodies/Body.js";
import { Cnn } from "../../models/Cnn.js";
import type { Sequential } from "../../models/layers/Sequential.js";
import { createHead } from "../../models/createHead.js";
import { requireTorchShape, fromTorch } from "../../models/weights/torchLayout.js";
import type { ExportedLearner } from "./ExportedLearner.js";
import { InferenceLearner } from "./InferenceLearner.js";
import { exportedLearnerOf } from "./metadataSchemas.js";
import { requireFiniteWeights } from "../../models/requireFiniteWeights.js";

/**
 * An inference learner from what `learn.export()` wrote: fast.ai's `load_learner`. It predicts what the exported
 * learner did, in any process and without its data.
 * @throws UserError naming the file when it is missing, broken, of a later version or no exported learner
 */
export async function loadLearner(file: string): Promise<InferenceLearner> {
  const { tensors, metadata } = await readSafetensors(file);
  const exported = exportedLearnerOf(metadata, file);
  const model = createModel(exported, tensors, file);
  try {
    for (const variable of model.state()) {
      const stored = known(tensors, variable.name, file);
      requireFiniteWeights([stored], file, remedy);
      fromTorch(variable, stored, file);
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
  return new InferenceLearner(model, exported);
}

const remedy = "Export the learner anew with `learn.export()`.";

/** A net of zeros, no larger than the arrays of the file. */
function createModel(
  { body: spec, classes }: ExportedLearner,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): Cnn {
  const values = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  if (leastValues(spec) > values) {
    throw new UserError(
      `${file} is broken: its net ${JSON.stringify(spec)} has more weights than the ${values} in the file.`,
      remedy,
    );
  }
  const body = createBody("0", spec);
  try {
    return new Cnn(body, createHeadOf(body, classes.length, tensors, file));
  } catch (error) {
    body.net.dispose();
    throw error;
  }
}

function createHeadOf(
  { features }: Body,
  c: number,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): Sequential {
  const [hidden, last] = [known(tensors, "1.4.weight", file), known(tensors, "1.8.weight", file)];
  const [linFtrs = 0] = hidden.shape;
  requireTorchShape([linFtrs, 2 * features], hidden, file);
  requireTorchShape([c, linFtrs], last, file);
  return createHead("1", { features, c, linFtrs }, new Random(0));
}

function known(tensors: ReadonlyMap<string, StoredTensor>, name: string, file: string): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new UserError(`${file} has no ${name}.`, remedy);
  return tensor;
}
