import { checkArguments } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { valueAt } from "../core/valueAt.js";
import type { Batch } from "../data/Batch.js";
import { prepareImage } from "../data/loading/prepareImage.js";
import type { Tensor } from "../engine/Tensor.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";
import type { Module } from "../models/layers/Module.js";
import { Sequential } from "../models/layers/Sequential.js";
import { argmax } from "../statistics/argmax.js";
import { classIndex } from "../statistics/classIndex.js";
import { aNet } from "../training/argumentKinds.js";
import {
  camBehind,
  explainBatch,
  type ExplainingLearner,
  factsOf,
  type FoundMap,
  type GradCam,
  type GradCamOptions,
} from "./gradCam.js";

/** What is explained, and behind which layer. */
export interface LayerCamOptions extends GradCamOptions {
  /**
   * The part of the net's body whose output is looked at, from 0 (`learn.model.body.net.children()`).
   * @default the last one with at least 16 cells a side; where none has so many, the one with the most
   */
  readonly layer?: number;
}

const kinds: OptionKinds<LayerCamOptions> = { class: "text", layer: "number" };

/** As many cells a side let an eighth of an image, the border, be told from the rest. */
const leastCells = 16;

/**
 * Where in an image the net saw what speaks for a class, on the finer cells of an earlier layer (Jiang et al., "LayerCAM",
 * IEEE Transactions on Image Processing 30:5875, 2021): each value of the layer's output is weighted by its own gradient
 * where that is positive. `gradCam` looks at the body's output, which has a cell for 32 x 32 pixels.
 * @param image its path, or the bytes of the file
 * @throws UserError when the image cannot be decoded, or there is no such class or layer
 */
export async function layerCam(
  learn: ExplainingLearner,
  image: string | Uint8Array,
  options: LayerCamOptions = {},
): Promise<GradCam> {
  checkArguments('layerCam(learn, "image.png")', { learn: [learn, aNet] });
  checkOptions("layerCam()", options, kinds);
  const { layer } = options;
  if (layer !== undefined) {
    checkInteger("layer", layer, 0, learn.model.body.net.children().length - 1);
  }
  const { classes, preparation } = factsOf(learn);
  const label = options.class === undefined ? undefined : classIndex(classes, options.class);
  return layerCamOf(learn, await prepareImage(image, preparation), label, layer);
}

/**
 * The same for a batch of one image, prepared as the learner does.
 * @param label index of the class; default: the predicted one
 */
export const layerCamOf = (
  learn: ExplainingLearner,
  batch: Batch,
  label?: number,
  layer?: number,
): Promise<GradCam> =>
  explainBatch(learn, batch, {
    ...{ name: "LayerCAM", call: "layerCam()", label },
    cam: (model, prepared, labelOf) => layerMapOf(model, prepared, labelOf, layer),
  });

/**
 * The map of a batch of one prepared image, and the net's logits.
 * @param labelOf index of the class by the logits; default: the largest
 * @param layer see {@link LayerCamOptions}
 */
export function layerMapOf(
  model: Cnn,
  { x, shape }: Pick<Batch, "x" | "shape">,
  labelOf = (logits: Float32Array): number => argmax(logits, 0, logits.length),
  layer?: number,
): FoundMap {
  return tf.tidy(() => {
    const parts = model.body.net.children();
    const { seen, at } = seenBehind(parts, tf.tensor(x, [...shape], "float32"), layer);
    const rest = new Sequential([...parts.slice(at + 1), model.head]);
    return camBehind(seen, rest, labelOf, weighted);
  });
}

/** The output of the asked part of a body; default: of the last with enough cells, whose number does not grow from part to part. */
function seenBehind(
  parts: readonly Module[],
  input: Tensor,
  layer: number | undefined,
): { readonly seen: Tensor; readonly at: number } {
  let [seen, at] = [valueAt(parts, 0).forward(input, { training: false }), 0];
  while (at < (layer ?? parts.length - 1)) {
    const next = valueAt(parts, at + 1).forward(seen, { training: false });
    const [, height = 0, width = 0] = next.shape;
    if (layer === undefined && Math.min(height, width) < leastCells) break;
    [seen, at] = [next, at + 1];
  }
  return { seen, at };
}

/** The sum of the channels, each value weighted by its gradient where that is positive; no less than 0. */
function weighted(values: Float32Array, gradient: Float32Array, channels: number): Float32Array {
  const map = new Float32Array(values.length / channels);
  for (let cell = 0; cell < map.length; cell++) {
    let total = 0;
    for (let k = cell * channels; k < (cell + 1) * channels; k++) {
      total += valueAt(values, k) * Math.max(0, valueAt(gradient, k));
    }
    map[cell] = Math.max(0, total);
  }
  return map;
}
