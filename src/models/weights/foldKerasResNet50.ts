import { imagenetStats } from "../../core/imagenetStats.js";
import type { StoredTensor } from "../../engine/safetensors.js";

/** What Keras' weights were trained on: BGR in 0..255 less this mean. */
const kerasMeanRgb = [123.68, 116.779, 103.939];

/** Batch norm's epsilon in Keras' ResNet-50 v1 of these weights. */
export const kerasEpsilon = 1e-3;

/**
 * Rewrites Keras' ResNet-50 v1 as a net of torchvision's shape and names that takes RGB normalised with
 * `imagenet_stats`: the channel order and scale go into conv1's kernel, and every convolution's bias into the
 * running mean of the batch norm behind it, (k * x + b) - mean = k * x - (mean - b). What cannot be folded is the
 * stride, which this net has in the first 1x1 convolution of a block, and the epsilon of 1e-3.
 */
export function foldKerasResNet50(keras: ReadonlyMap<string, StoredTensor>): StoredTensor[] {
  const get = (name: string) => {
    const tensor = keras.get(name);
    if (!tensor) throw new Error(`the Keras model has no ${name}`);
    return tensor;
  };
  const folded: StoredTensor[] = [];

  const put = (conv: string, bn: string, from: { conv: string; bn: string }, stem?: StemFold) => {
    folded.push(oihw(`${conv}.weight`, stem?.kernel ?? get(`${from.conv}/kernel`)));
    const bias = get(`${from.conv}/bias`).values;
    const runningMean = get(`${from.bn}/moving_mean`);
    const shifted = runningMean.values.map((m, i) => m - (bias[i] ?? 0) - (stem?.shift[i] ?? 0));
    folded.push({ ...get(`${from.bn}/gamma`), name: `${bn}.weight` });
    folded.push({ ...get(`${from.bn}/beta`), name: `${bn}.bias` });
    folded.push({ ...runningMean, name: `${bn}.running_mean`, values: shifted });
    folded.push({ ...get(`${from.bn}/moving_variance`), name: `${bn}.running_var` });
  };

  put("conv1", "bn1", { conv: "conv1", bn: "bn_conv1" }, foldStem(get("conv1/kernel")));
  [3, 4, 6, 3].forEach((blocks, layer) => {
    for (let block = 0; block < blocks; block++) {
      const ours = `layer${layer + 1}.${block}`;
      const theirs = `${layer + 2}${"abcdef".charAt(block)}_branch`;
      ["2a", "2b", "2c"].forEach((branch, i) => {
        const from = { conv: `res${theirs}${branch}`, bn: `bn${theirs}${branch}` };
        put(`${ours}.conv${i + 1}`, `${ours}.bn${i + 1}`, from);
      });
      if (block === 0) {
        const from = { conv: `res${theirs}1`, bn: `bn${theirs}1` };
        put(`${ours}.downsample.0`, `${ours}.downsample.1`, from);
      }
    }
  });
  const fc = get("fc1000/kernel");
  folded.push({ name: "fc.weight", shape: [...fc.shape].reverse(), values: transpose(fc) });
  folded.push({ ...get("fc1000/bias"), name: "fc.bias" });
  return folded;
}

interface StemFold {
  readonly kernel: StoredTensor;
  /** What the kernel gives for the difference of the two means, for each output channel. */
  readonly shift: Float64Array;
}

/** Keras sees 255 * (std * x + mean) - kerasMean, in BGR, where we have x. */
function foldStem(keras: StoredTensor): StemFold {
  const [height = 0, width = 0, channels = 0, out = 0] = keras.shape;
  const values = new Float32Array(keras.values.length);
  const shift = new Float64Array(out);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < channels; c++) {
      const [m = 0, s = 0, k = 0] = [imagenetStats.mean[c], imagenetStats.std[c], kerasMeanRgb[c]];
      for (let o = 0; o < out; o++) {
        const weight = keras.values[(pixel * channels + (channels - 1 - c)) * out + o] ?? 0;
        values[(pixel * channels + c) * out + o] = weight * 255 * s;
        shift[o] = (shift[o] ?? 0) + weight * (255 * m - k);
      }
    }
  }
  return { kernel: { ...keras, values }, shift };
}

/** `[h, w, in, out]` -> `[out, in, h, w]` */
function oihw(name: string, { shape, values }: StoredTensor): StoredTensor {
  const [height = 0, width = 0, cin = 0, cout = 0] = shape;
  const result = new Float32Array(values.length);
  let at = 0;
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++) result[(o * cin + i) * height * width + pixel] = values[at++] ?? 0;
    }
  }
  return { name, shape: [cout, cin, height, width], values: result };
}

function transpose({ shape, values }: StoredTensor): Float32Array {
  const [rows = 0, columns = 0] = shape;
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j] ?? 0;
  }
  return result;
}
