import { imagenetStats } from "../core/imagenetStats.js";
import { Random } from "../core/Random.js";
import type { Parameter } from "../engine/Variable.js";
import { UserError } from "../core/errors.js";
import { Cnn } from "../models/Cnn.js";
import { createHead } from "../models/createHead.js";
import { Linear } from "../models/layers/Linear.js";
import { models } from "../models/models.js";
import { hashDrawnBody } from "./hashDrawn.js";
import type { TrainBatch } from "../training/DataBunch.js";

/**
 * A record's net under the oracle's head: no dropout, weights by a formula.
 * @param name of a body that is drawn by a hash; absent: the pretrained ResNet-50
 */
export async function tracedNet(name?: string, c = 2): Promise<Cnn> {
  const body = name === undefined ? await models.resnet50.createBody("0", true) : hashDrawnBody(name);
  const head = createHead("1", { features: body.features, c, ps: 0 }, new Random(0));
  fillHead(head);
  return new Cnn(body, head);
}

/** cos(0.7 i + k) sqrt(2 / fan-in) for the k-th linear layer, PyTorch's `[out, in]`. */
function fillHead(head: ReturnType<typeof createHead>): void {
  const layers = head.children().filter((layer): layer is Linear => layer instanceof Linear);
  layers.forEach(({ weight }, k) => {
    weight.assignValues(cosines(weight, k));
  });
}

function cosines({ shape, size }: Parameter, k: number): Float32Array {
  const [fanIn = 1, out = 1] = shape;
  const values = new Float32Array(size);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < fanIn; i++) {
      values[i * out + o] = Math.cos((o * fanIn + i) * 0.7 + k) * Math.sqrt(2 / fanIn);
    }
  }
  return values;
}

/** Grey images as a record holds them, all batches behind each other. */
export interface RecordedPixels {
  readonly size: number;
  readonly bs: number;
  readonly pixels: { readonly data: string };
}

/**
 * The batches of a record, normalised by `imagenetStats`.
 * @param labels of each batch's images
 */
export function recordedBatches(
  { size, bs, pixels }: RecordedPixels,
  labels: readonly (readonly number[])[],
): TrainBatch[] {
  const grey = Buffer.from(pixels.data, "base64");
  const perBatch = bs * size * size;
  if (grey.length !== labels.length * perBatch) {
    throw malformed(`${grey.length} pixels for ${labels.length} batches of ${perBatch}`);
  }
  const { mean, std } = imagenetStats;
  return labels.map((y, b) => {
    const x = new Float32Array(perBatch * 3);
    for (let i = 0; i < perBatch; i++) {
      const value = Math.fround((grey[b * perBatch + i] ?? 0) / 255);
      for (let c = 0; c < 3; c++) x[3 * i + c] = (value - (mean[c] ?? 0)) / (std[c] ?? 1);
    }
    return { x, shape: [bs, size, size, 3] as const, y: Int32Array.from(y) };
  });
}

/**
 * A record that has all that its kind must have; what is in it shows as it is replayed.
 * @throws UserError naming the first thing that is missing
 */
export function recordWith<Kind extends object>(
  record: unknown,
  keys: readonly (keyof Kind & string)[],
): Kind {
  const given = record as Partial<Kind>;
  const missing = keys.find((key) => given[key] === undefined);
  if (missing !== undefined) throw malformed(`no "${missing}"`);
  return given as Kind;
}

export function malformed(what: string): UserError {
  return new UserError(
    `The trace record is not as expected: ${what}.`,
    "Give the record whole, as it was written beside fastai.",
  );
}
