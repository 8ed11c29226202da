import { checkArguments } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { interruptible } from "../core/interrupt.js";
import { valueAt } from "../core/valueAt.js";
import type { Batch } from "../data/Batch.js";
import { prepareImage } from "../data/loading/prepareImage.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";
import { classIndex } from "../statistics/classIndex.js";
import { logOdds } from "../statistics/softmax.js";
import { aNet } from "../training/argumentKinds.js";
import {
  explainBatch,
  type ExplainingLearner,
  factsOf,
  type FoundMap,
  type GradCam,
  type GradCamOptions,
} from "./gradCam.js";

/** What is explained, and what is covered. */
export interface OcclusionOptions extends GradCamOptions {
  /** Side of the square that is covered, in pixels, 1 to the image's side. @default an eighth of the side */
  readonly window?: number;
  /** Pixels from one square to the next, 1 to `window`. @default half of the window */
  readonly stride?: number;
}

const kinds: OptionKinds<OcclusionOptions> = { class: "text", window: "number", stride: "number" };

/** Squares, as parts of the image's side. */
const windowShare = 1 / 8;

/** Covered images in one pass through the net. */
const atOnce = 16;

/** Where squares are put: all that a place in the image is covered by count for it. */
interface Squares {
  readonly window: number;
  readonly stride: number;
}

/**
 * How much less a net takes an image for a class when a part of it is covered (Zeiler and Fergus, "Visualizing and
 * Understanding Convolutional Networks", 2014): unlike a heat map by gradients it is an experiment, and costs a prediction
 * for each square. A place's value is the mean over the squares that cover it of the fall of the class's log-odds,
 * `log(p / (1 - p))`: above 0 the place speaks for the class, below 0 against it. A square has the mean colour by which
 * the learner's images are normalised; without normalisation it is black.
 * @param image its path, or the bytes of the file
 * @returns a map with a value for each pixel
 * @throws UserError when the image cannot be decoded, there is no such class, or a number is out of range
 * @throws Interrupted when the person stopped it
 */
export async function occlusionSensitivity(
  learn: ExplainingLearner,
  image: string | Uint8Array,
  options: OcclusionOptions = {},
): Promise<GradCam> {
  checkArguments('occlusionSensitivity(learn, "image.png")', { learn: [learn, aNet] });
  checkOptions("occlusionSensitivity()", options, kinds);
  const { classes, preparation } = factsOf(learn);
  const { size } = preparation;
  const { window = Math.max(1, Math.round(windowShare * size)) } = options;
  checkInteger("window", window, 1, size);
  const { stride = Math.max(1, Math.floor(window / 2)) } = options;
  checkInteger("stride", stride, 1, window);
  const label = options.class === undefined ? undefined : classIndex(classes, options.class);
  return explainBatch(learn, await prepareImage(image, preparation), {
    ...{ name: "Occlusion sensitivity", call: "occlusionSensitivity()", label },
    cam: (model, batch, labelOf) => occlusionMap(model, batch, labelOf, { window, stride }),
  });
}

/**
 * The map of a batch of one prepared image, and the net's logits for the image as it is.
 * @param labelOf index of the class by the logits
 */
export async function occlusionMap(
  model: Cnn,
  { x, shape }: Pick<Batch, "x" | "shape">,
  labelOf: (logits: Float32Array) => number,
  { window, stride }: Squares,
): Promise<FoundMap> {
  const size = shape[1];
  const run = (images: Float32Array): Float32Array =>
    tf.tidy(() => {
      const input = tf.tensor(images, [images.length / x.length, size, size, 3], "float32");
      return model.forward(input, { training: false }).dataSync<"float32">().slice();
    });
  const logits = run(x);
  const label = labelOf(logits);
  const own = logOdds(logits, label);
  const starts = startsOf(size, window, stride);
  const corners = starts.flatMap((top) => starts.map((left) => ({ top, left })));
  const [falls, covers] = [new Float64Array(size * size), new Float64Array(size * size)];
  await interruptible(async (check) => {
    for (let first = 0; first < corners.length; first += atOnce) {
      await check();
      const some = corners.slice(first, first + atOnce);
      const covered = new Float32Array(some.length * x.length);
      some.forEach((corner, k) => {
        const copy = covered.subarray(k * x.length, (k + 1) * x.length);
        copy.set(x);
        eachRow(corner, size, window, (from, to) => copy.fill(0, 3 * from, 3 * to));
      });
      const outputs = run(covered);
      some.forEach((corner, k) => {
        const fall = own - logOdds(outputs.subarray(k * logits.length, (k + 1) * logits.length), label);
        eachRow(corner, size, window, (from, to) => {
          for (let pixel = from; pixel < to; pixel++) {
            falls[pixel] = valueAt(falls, pixel) + fall;
            covers[pixel] = valueAt(covers, pixel) + 1;
          }
        });
      });
    }
  });
  const values = Float32Array.from(falls, (fall, pixel) => fall / valueAt(covers, pixel));
  return { map: { values, height: size, width: size }, logits };
}

/** Where squares begin along a side; the last one may reach over its end, so that no pixel is left out. */
function startsOf(size: number, window: number, stride: number): number[] {
  const count = Math.ceil((size - window) / stride) + 1;
  return Array.from({ length: count }, (_, k) => k * stride);
}

/** The square's pixels, a row at a time. */
function eachRow(
  { top, left }: { readonly top: number; readonly left: number },
  size: number,
  window: number,
  take: (from: number, to: number) => void,
): void {
  for (let row = top; row < Math.min(size, top + window); row++) {
    take(row * size + left, row * size + Math.min(size, left + window));
  }
}
