import { imagenetStats } from "../data/imagenetStats.js";
import { Random } from "../engine/random.js";
import type { Parameter } from "../engine/Variable.js";
import { UserError } from "../errors.js";
import { Cnn } from "../models/Cnn.js";
import { createHead } from "../models/createHead.js";
import { Linear } from "../models/layers/Linear.js";
import { models } from "../models/models.js";
import { Adam } from "../training/Adam.js";
import { CrossEntropy } from "../training/CrossEntropy.js";
import { evaluateBatch } from "../training/evaluate.js";
import { NetSession } from "../training/NetSession.js";
import type { ParityRow } from "./ParityRow.js";

/** The record of the oracle's `trace`: a few steps of fastai on given pixels, without augmentation or dropout. */
interface Trace {
  readonly size: number;
  readonly bs: number;
  readonly steps: number;
  readonly wd: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly batches: readonly (readonly { readonly label: number }[])[];
  readonly pixels: { readonly data: string };
  readonly stages: readonly {
    readonly stage: "frozen" | "unfrozen";
    readonly lr: readonly number[];
    readonly losses: readonly number[];
    readonly eval_logits: readonly (readonly number[])[];
  }[];
}

/**
 * Replays the trace with the same weights, batches, head and rates. Each loss is the one before its update, so a
 * row compares every forward pass, gradient and optimizer step before it.
 *
 * Tolerances, relative: frozen steps 0.3%; unfrozen 1% for the first three, 5% after, since differences in the
 * last bit grow from step to step (PyTorch with another convolution kernel differs from itself by 0.02%, 0.2% and
 * 2.2% there).
 */
export async function traceParity(record: unknown): Promise<ParityRow[]> {
  const trace = checked(record);
  const body = await models.resnet50.createBody("0", true);
  const head = createHead("1", { features: body.features, c: 2, ps: 0 }, new Random(0));
  fillHead(head);
  const model = new Cnn(body, head);
  const loss = new CrossEntropy(2);
  const batches = unpack(trace);
  const rows: ParityRow[] = [];
  try {
    for (const { stage, lr, losses, eval_logits } of trace.stages) {
      model.freezeTo(stage === "frozen" ? -1 : 0, true);
      const optimizer = new Adam(model.groupParameters(), { ...trace, betas: trace.betas });
      optimizer.lrs = [...lr];
      let session: NetSession | undefined;
      for (const [step, fastai] of losses.entries()) {
        const batch = batches[step];
        if (!batch) throw malformed(`no batch for step ${step}`);
        session ??= await NetSession.start(
          { model, loss, training: { optimizer, random: new Random(0) } },
          batch,
        );
        const ours = await session.step(batch);
        const tolerance = stage === "frozen" ? 0.003 : step < 3 ? 0.01 : 0.05;
        const difference = Math.abs(ours - fastai) / Math.abs(fastai);
        rows.push({ name: `${stage} loss ${step}`, ours, fastai, difference, tolerance, unit: "relative" });
      }
      await session?.close();
      optimizer.dispose();
      const [first] = batches;
      if (first) rows.push(evaluation(stage, evaluateBatch(model, first, loss).logits, eval_logits.flat()));
    }
  } finally {
    model.dispose();
  }
  return rows;
}

/**
 * Logits of the first batch in evaluation mode: running statistics are in them. Compared as the softmax's
 * probability of class 1, whose scale does not depend on how far training has driven the logits apart.
 */
function evaluation(stage: string, ours: Float32Array, fastai: readonly number[]): ParityRow {
  const probability = (logits: ArrayLike<number>, i: number) =>
    1 / (1 + Math.exp((logits[2 * i] ?? NaN) - (logits[2 * i + 1] ?? NaN)));
  const n = fastai.length / 2;
  const differences = Array.from({ length: n }, (_, i) =>
    Math.abs(probability(ours, i) - probability(fastai, i)),
  );
  const worst = differences.indexOf(Math.max(...differences));
  return {
    name: `${stage} evaluation, worst item`,
    ours: probability(ours, worst),
    fastai: probability(fastai, worst),
    difference: differences[worst] ?? NaN,
    tolerance: stage === "frozen" ? 0.003 : 0.05,
    unit: "absolute",
  };
}

/** The oracle's head: cos(0.7 i + k) sqrt(2 / fan-in) for the k-th linear layer, PyTorch's `[out, in]`. */
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

function unpack({ size, bs, batches, pixels }: Trace) {
  const grey = Buffer.from(pixels.data, "base64");
  const perBatch = bs * size * size;
  if (grey.length !== batches.length * perBatch) {
    throw malformed(`${grey.length} pixels for ${batches.length} batches of ${perBatch}`);
  }
  const { mean, std } = imagenetStats;
  return batches.map((items, b) => {
    const x = new Float32Array(perBatch * 3);
    for (let i = 0; i < perBatch; i++) {
      const value = Math.fround((grey[b * perBatch + i] ?? 0) / 255);
      for (let c = 0; c < 3; c++) x[3 * i + c] = (value - (mean[c] ?? 0)) / (std[c] ?? 1);
    }
    return { x, shape: [bs, size, size, 3] as const, y: Int32Array.from(items, ({ label }) => label) };
  });
}

function checked(record: unknown): Trace {
  const trace = record as Partial<Trace>;
  const missing = (["size", "bs", "wd", "betas", "eps", "batches", "pixels", "stages"] as const).find(
    (key) => trace[key] === undefined,
  );
  if (missing !== undefined) throw malformed(`no "${missing}"`);
  return trace as Trace;
}

function malformed(what: string): UserError {
  return new UserError(`The trace record is not as expected: ${what}.`, "Make it with the oracle's `trace`.");
}
