import { aNet } from "../training/argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withWords } from "../core/withWords.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { valueAt } from "../core/valueAt.js";
import type { Batch } from "../data/Batch.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { type Preprocessing, preprocessingOf, prepareImage } from "../data/loading/prepareImage.js";
import { batchTiles } from "../data/figures/showImages.js";
import { constant } from "../engine/operations/op.js";
import type { Tensor } from "../engine/Tensor.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";
import type { Module } from "../models/layers/Module.js";
import type { InferenceLearner } from "../training/inference/InferenceLearner.js";
import type { Learner } from "../training/Learner.js";
import { argmax } from "../statistics/argmax.js";
import { sum } from "../statistics/sum.js";
import { NetAccess } from "../training/session/NetAccess.js";
import { type Decision, type Prediction, predictionsOf } from "../training/inference/Prediction.js";
import { labelThresholdsOf } from "../training/inference/labelThresholdsOf.js";
import { classIndex } from "../statistics/classIndex.js";

/** Where a net saw what speaks for a class: one value, 0 or more, for each cell of a layer's output. */
export interface CamMap {
  /** `[height, width]` row by row; not normalised. */
  readonly values: Float32Array;
  /** Cells: at the body's output the image's side divided by 32. */
  readonly height: number;
  /** Cells. */
  readonly width: number;
}

/** A heat map of one image, with what the net said of it in the same pass. */
export interface GradCam {
  /** Where it saw what speaks for the class. */
  readonly map: CamMap;
  /** The class that the map speaks of. */
  readonly class: string;
  /** What it says. */
  readonly prediction: Prediction;
  /** The prepared image before it was normalised: RGB in 0..1, `[size, size, 3]`. */
  readonly pixels: Float32Array;
  /** Side of the image, in pixels. */
  readonly size: number;
}

/** What is explained. */
export interface GradCamOptions {
  /** Name of the class to explain. @default the predicted one */
  readonly class?: string;
}

const kinds: OptionKinds<GradCamOptions> = { class: "text" };

/** Either kind of learner: one that trains, or one that `loadLearner` made. */
export type ExplainingLearner = Learner<ImageDataBunch> | InferenceLearner;

/**
 * Where in an image the net saw what speaks for a class (Selvaraju et al., "Grad-CAM", 2017), as fast.ai v1 computes
 * it: the class's logit is propagated back to the body's output, in evaluation mode; each channel is weighted by the
 * mean of its gradient, and what is negative in the sum is cut off.
 * @param image its path, or the bytes of the file
 * @throws UserError when the image cannot be decoded, or there is no such class
 */
export async function gradCam(
  learn: ExplainingLearner,
  image: string | Uint8Array,
  options: GradCamOptions = {},
): Promise<GradCam> {
  checkArguments('gradCam(learn, "image.png")', { learn: [learn, aNet] });
  checkOptions("gradCam()", options, kinds);
  const { classes, preparation } = factsOf(learn);
  const label = options.class === undefined ? undefined : classIndex(classes, options.class);
  return gradCamOf(learn, await prepareImage(image, preparation), label);
}

/**
 * The same for a batch of one image, prepared as the learner does.
 * @param label index of the class; default: the predicted one
 */
export function gradCamOf(learn: ExplainingLearner, batch: Batch, label?: number): Promise<GradCam> {
  return explainBatch(learn, batch, { name: "Grad-CAM", call: "gradCam()", label, cam: camOf });
}

/** How a batch of one image is explained. */
export interface Explanation {
  /** What such a map is called. */
  readonly name: string;
  /** The function that a person has called. */
  readonly call: string;
  /** The class's index; undefined: the predicted one's. */
  readonly label: number | undefined;
  readonly cam: (
    model: Cnn,
    batch: Batch,
    labelOf: (logits: Float32Array) => number,
  ) => FoundMap | Promise<FoundMap>;
}

/** A map, and the net's logits for the image: plain fields, as `tf.tidy` wants them. */
export type FoundMap = Readonly<{ map: Pick<CamMap, keyof CamMap>; logits: Float32Array }>;

/** A heat map of a batch of one image, and what the net says of it. */
export async function explainBatch(
  learn: ExplainingLearner,
  batch: Batch,
  { name: kind, call, label, cam }: Explanation,
): Promise<GradCam> {
  const { preparation, ...decision } = factsOf(learn);
  const predicted = (logits: Float32Array) => valueAt(predictionsOf(logits, decision), 0);
  const look = async () => cam(learn.model, batch, (outputs) => label ?? predicted(outputs).label);
  const { map, logits } = await NetAccess.of(learn.model).run(call, "look", learn.model, look);
  const prediction = predicted(logits);
  const tile = valueAt(batchTiles(batch, preparation.stats, [""]), 0);
  const name = valueAt(decision.classes, label ?? prediction.label);
  const found: GradCam = { map, class: name, prediction, pixels: tile.pixels, size: preparation.size };
  return withWords(
    found,
    () =>
      `${kind} of what speaks for ${name}: ${map.height} x ${map.width} cells of an image of ${preparation.size} x ` +
      `${preparation.size}, which is predicted ${prediction.class}. showHeatMaps shows it.`,
  );
}

/** What a learner does to an image, and how it calls a class. */
export function factsOf(learn: ExplainingLearner): Decision & { readonly preparation: Preprocessing } {
  if (!("data" in learn)) return learn;
  const { data } = learn;
  return { classes: data.classes, preparation: preprocessingOf(data), ...labelThresholdsOf(data) };
}

/**
 * The heat map of a batch of one prepared image, and the net's logits.
 * @param labelOf index of the class by the logits; default: the largest
 */
export function camOf(
  model: Cnn,
  { x, shape }: Pick<Batch, "x" | "shape">,
  labelOf = (logits: Float32Array): number => argmax(logits, 0, logits.length),
): FoundMap {
  return tf.tidy(() => {
    const input = tf.tensor(x, [...shape], "float32");
    const features = model.body.net.forward(input, { training: false });
    return camBehind(features, model.head, labelOf, weightedSum);
  });
}

/**
 * The map of what a part of the net has given, by the gradient of a class's logit.
 * @param seen that part's output, `[1, height, width, channels]`
 * @param rest what follows, up to the logits
 * @param weigh the map from values and gradient, both `[height, width, channels]` row by row
 */
export function camBehind(
  seen: Tensor,
  rest: Module,
  labelOf: (logits: Float32Array) => number,
  weigh: (values: Float32Array, gradient: Float32Array, channels: number) => Float32Array,
): FoundMap {
  const logits = floats(rest.forward(seen, { training: false, differentiable: true }));
  const gradient = rest.backward(oneHot(labelOf(logits), logits.length), true);
  // They belong to no training step.
  for (const parameter of rest.parameters()) parameter.zeroGrad();
  if (!gradient) throw new Error("the net gave no gradient");
  const [, height = 0, width = 0, channels = 0] = seen.shape;
  const values = weigh(floats(seen), floats(gradient), channels);
  return { map: { values, height, width }, logits };
}

/** The sum of the channels, each weighted by the mean of its gradient; no less than 0. */
function weightedSum(features: Float32Array, gradient: Float32Array, channels: number): Float32Array {
  const cells = features.length / channels;
  const weights = new Float64Array(channels);
  gradient.forEach((value, k) => {
    const channel = k % channels;
    weights[channel] = valueAt(weights, channel) + value / cells;
  });
  return Float32Array.from({ length: cells }, (_, cell) => {
    const own = features.subarray(cell * channels, (cell + 1) * channels);
    return Math.max(0, sum(Array.from(own, (value, channel) => value * valueAt(weights, channel))));
  });
}

/** The gradient of a class's logit, for the net's last layer. */
const oneHot = (label: number, c: number): Tensor =>
  constant(
    Array.from({ length: c }, (_, i) => (i === label ? 1 : 0)),
    "float32",
    [1, c],
  );

const floats = (tensor: Tensor): Float32Array => tensor.dataSync<"float32">().slice();
