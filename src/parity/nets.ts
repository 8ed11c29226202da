import type { Cnn } from "../models/Cnn.js";
import { toTorch } from "../models/weights/torchLayout.js";
import { CrossEntropy } from "../training/losses/CrossEntropy.js";
import type { TrainBatch } from "../training/DataBunch.js";
import { Random } from "../core/Random.js";
import { evaluateBatch } from "../training/session/evaluate.js";
import { NetSession } from "../training/session/NetSession.js";
import { SGD } from "../training/optimizers/SGD.js";
import { hashDrawn, hashDrawnNet } from "./hashDrawn.js";
import { farthest, meanDifference, type Pair, pairs } from "./pairs.js";
import { absolute, type ParityRow, relative } from "./ParityRow.js";
import { recordWith } from "./tracedNet.js";

/** The record of `test/parity/oracle/nets.py`: each net's forward pass and one step of plain gradient descent. */
interface Nets {
  readonly size: number;
  readonly bs: number;
  readonly lr: number;
  /** How many of a variable's values are recorded. */
  readonly places: number;
  /** A way that is shorter, beside its variable's largest value, is lost in the last bits. */
  readonly shortest: number;
  readonly nets: Readonly<Record<string, Net>>;
}

interface Net {
  /** Parameters in each layer group. */
  readonly groups: readonly number[];
  /** In evaluation mode, before the step. */
  readonly logits: readonly (readonly number[])[];
  readonly loss: number;
  /** How far PyTorch is from itself in another layout in memory. */
  readonly other_layout: {
    /** The loss, relative. */
    readonly loss: number;
    /** The variables after the step, each beside the way that it has gone. */
    readonly step: { readonly mean: number; readonly farthest: number };
  };
  /** Each variable after the step, statistics too. */
  readonly step: Readonly<Record<string, SteppedVariable>>;
}

interface SteppedVariable {
  /** At places that divide it evenly, in PyTorch's order. */
  readonly values: readonly number[];
  /** The largest of all its values, without its sign. */
  readonly largest: number;
  /** How far the farthest of all has moved. */
  readonly moved: number;
}

/**
 * Compares each net under fast.ai's head, with weights that both sides draw by a hash: parameters of the layer groups,
 * logits (to 1e-4 of the largest), the loss of a training step, and all variables after it (to 1e-3 of a variable's
 * largest value). That the gradients are right shows beside the way that a variable has gone. There, and in the loss,
 * ours may be off by 1% and by 1e-4, or by ten times as much as PyTorch is from itself, as in `lrFindParity`.
 */
export async function netsParity(record: unknown): Promise<ParityRow[]> {
  const nets = recordWith<Nets>(record, ["size", "bs", "lr", "places", "shortest", "nets"]);
  const rows: ParityRow[] = [];
  for (const [name, net] of Object.entries(nets.nets)) {
    const model = hashDrawnNet(name);
    try {
      const own = await netRows(model, net, nets);
      rows.push(...own.map((row) => ({ ...row, name: `${name}: ${row.name}` })));
    } finally {
      model.dispose();
    }
  }
  return rows;
}

async function netRows(model: Cnn, net: Net, { size, bs, lr, places, shortest }: Nets): Promise<ParityRow[]> {
  const batch = drawnBatch(size, bs);
  const loss = new CrossEntropy(2);
  const groups = model.groupParameters().map((group, i) => {
    const ours = group.reduce((sum, parameter) => sum + parameter.size, 0);
    return relative(`parameters of group ${i}`, ours, net.groups[i] ?? NaN, 0);
  });
  const { logits } = evaluateBatch(model, batch, loss);
  const stepped = await step(model, batch, { loss, lr });
  return [
    ...groups,
    farthestLogit(logits, net.logits.flat()),
    relative("loss", stepped, net.loss, Math.max(1e-4, 10 * net.other_layout.loss)),
    ...steppedRows(valuesAt(model, places), net, shortest),
  ];
}

/** Normalised images of 8 x 8 cells, each with a colour of its own, of both classes in turn. */
function drawnBatch(size: number, bs: number): TrainBatch {
  const [cells, colours] = [hashDrawn("cells", bs * 8 * 8 * 3), hashDrawn("colours", bs * 3)];
  const x = Float32Array.from({ length: bs * size * size * 3 }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const [row, column] = [Math.floor(pixel / size), pixel % size];
    const [cellRow, cellColumn] = [row, column].map((place) => Math.floor((8 * (place % size)) / size));
    const image = Math.floor(row / size);
    const cell = ((image * 8 + (cellRow ?? 0)) * 8 + (cellColumn ?? 0)) * 3 + channel;
    return 1.5 * (cells[cell] ?? NaN) + (colours[3 * image + channel] ?? NaN);
  });
  return { x, shape: [bs, size, size, 3], y: Int32Array.from({ length: bs }, (_, i) => i % 2) };
}

function farthestLogit(ours: Float32Array, fastai: readonly number[]): ParityRow {
  const logit = farthest(pairs(ours, fastai));
  const difference = logit.difference / Math.max(...fastai.map(Math.abs));
  return row("farthest logit", { ...logit, difference }, 1e-4);
}

/** Trains all layers on the batch once. */
async function step(
  model: Cnn,
  batch: TrainBatch,
  { loss, lr }: { readonly loss: CrossEntropy; readonly lr: number },
): Promise<number> {
  model.freezeTo(0, true);
  const optimizer = new SGD(model.groupParameters(), { wd: 0 });
  optimizer.lrs = model.layerGroups.map(() => lr);
  try {
    const training = { optimizer, random: new Random(0) };
    const session = await NetSession.start({ model, loss, training }, batch);
    try {
      return await session.step(batch);
    } finally {
      await session.close();
    }
  } finally {
    optimizer.dispose();
  }
}

/** The values of each variable that the record has too. */
function valuesAt(model: Cnn, places: number): Map<string, number[]> {
  const at = (values: Float32Array) =>
    Array.from({ length: places }, (_, k) => values[Math.floor(((k + 0.5) * values.length) / places)] ?? NaN);
  return new Map(model.state().map((variable) => [variable.name, at(toTorch(variable).values)]));
}

function steppedRows(
  ours: ReadonlyMap<string, readonly number[]>,
  { step, other_layout }: Net,
  shortest: number,
): ParityRow[] {
  const variables = Object.entries(step).map(([name, { values, largest, moved }]) => {
    const { difference, ...pair } = farthest(pairs(ours.get(name) ?? [], values));
    return { ...pair, moved: moved / largest, difference: difference / largest };
  });
  const ways = variables
    .filter(({ moved }) => moved > shortest)
    .map(({ moved, difference, ...pair }) => ({ ...pair, difference: difference / moved }));
  const { mean, farthest: most } = other_layout.step;
  return [
    relative("variables", ours.size, variables.length, 0),
    row("farthest variable after a step", farthest(variables), 1e-3),
    row("farthest beside its way", farthest(ways), Math.max(0.01, 10 * most)),
    absolute("mean beside the ways", meanDifference(ways), 0, Math.max(0.01, 10 * mean)),
  ];
}

const row = (name: string, { ours, fastai, difference }: Pair, tolerance: number): ParityRow => ({
  ...{ name, ours, fastai, difference, tolerance },
  unit: "relative",
});
