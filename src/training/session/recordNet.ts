import { feedScalar } from "../../engine/feed.js";
import type { Graph } from "../../engine/graph/Graph.js";
import { GraphRecorder } from "../../engine/graph/GraphRecorder.js";
import { recording } from "../../engine/graph/recording.js";
import { zerosLike } from "../../engine/operations/arrayOps.js";
import { mul } from "../../engine/operations/mathOps.js";
import type { Random } from "../../core/Random.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { type Parameter, Variable } from "../../engine/Variable.js";
import type { Cnn } from "../../models/Cnn.js";
import { clipGradNorm } from "../optimizers/clipGradNorm.js";
import type { Loss } from "../losses/Loss.js";
import { logitsAndLosses } from "./evaluate.js";
import type { DrawMix } from "../mixUp.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import { lossAndGradients, type MixedBatch } from "./lossAndGradients.js";

/** A net with its loss, and how it is trained. */
export interface Net {
  readonly model: Cnn;
  readonly loss: Loss;
  readonly training?: Training;
}

export interface Training {
  readonly optimizer: Optimizer;
  readonly random: Random;
  /** Draws MixUp's mixes; without it nothing is mixed. */
  readonly drawMix?: DrawMix;
  /** The largest norm of all gradients together; default: any. */
  readonly clipGrad?: number;
  readonly checkpointing?: boolean;
  /** Batches to a step of the optimizer, which then moves the parameters by the mean of their gradients; default 1. */
  readonly accumulation?: number;
}

/** What the graph's inputs are made from. */
export interface CurrentBatch {
  batch: MixedBatch;
  /** The weight of the items whose gradients have been added up. */
  weight: number;
}

/** The graph's variables. */
export interface Variables {
  readonly model: readonly Variable[];
  /** The optimizer's state: for each slot one of each parameter. */
  readonly slots: readonly (readonly Variable[])[];
  /** The sum of each parameter's gradients, where they are accumulated. */
  readonly sums: readonly Variable[];
}

/** As they are set together in the graph. */
export const groupsOf = ({ model, slots, sums }: Variables) => [
  model,
  ...slots,
  ...(sums.length > 0 ? [sums] : []),
];

/** The variables that a net's graph has; the sums are made here. */
export function variablesOf({ model, training }: Net): Variables {
  const { optimizer, accumulation = 1 } = training ?? {};
  const parameters = optimizer?.parameters ?? [];
  const slots = (optimizer?.slots ?? []).map((_, i) =>
    parameters.flatMap((parameter) => optimizer?.stateOf(parameter)[i] ?? []),
  );
  const summed = accumulation > 1 ? parameters : [];
  const sums = summed.map(({ name, shape }) => new Variable(`${name}.sum`, shape));
  return { model: model.state(), slots, sums };
}

/** Takes down a step and an evaluation; nothing is changed by it, nor drawn from the random source. */
export function recordNet(
  { model, loss, training }: Net,
  variables: Variables,
  current: CurrentBatch,
): Graph {
  const recorder = new GraphRecorder(groupsOf(variables));
  const recorded = (name: string, body: () => readonly Tensor[]) => {
    tf.engine().startScope();
    try {
      recording(recorder, () => {
        recorder.function(name, body);
      });
    } finally {
      tf.engine().endScope();
      training?.optimizer.zeroGrad();
    }
  };
  const batch = () => current.batch;
  if (training) {
    const { optimizer, random, clipGrad, checkpointing, accumulation = 1 } = training;
    const accumulates = accumulation > 1;
    const { state } = random;
    const move = () => {
      if (clipGrad !== undefined) clipGradNorm(optimizer.parameters, clipGrad);
      optimizer.update();
    };
    try {
      recorded("train", () => {
        const settings = { loss, random, checkpointing, sums: accumulates };
        const lossValue = lossAndGradients(model, batch, settings);
        if (accumulates) addUp(optimizer.parameters, variables.sums);
        else move();
        return [lossValue];
      });
      if (accumulates) {
        recorded("update", () => {
          const share = feedScalar(() => 1 / current.weight);
          takeMeans(optimizer.parameters, variables.sums, share);
          move();
          for (const sum of variables.sums) sum.assign(zerosLike(sum.read()));
          return [share];
        });
      }
    } finally {
      random.state = state;
    }
  }
  recorded("evaluate", () => {
    const { logits, losses } = logitsAndLosses(model, batch, loss);
    return [logits, losses];
  });
  return recorder.finish();
}

function addUp(parameters: readonly Parameter[], sums: readonly Variable[]): void {
  parameters.forEach(({ grad }, i) => {
    if (grad) sums[i]?.assignAdd(grad);
  });
}

/** Gives each parameter its share of the sum for a gradient. */
function takeMeans(parameters: readonly Parameter[], sums: readonly Variable[], share: Tensor): void {
  parameters.forEach((parameter, i) => {
    const sum = sums[i]?.read();
    if (sum) parameter.addGrad(mul(sum, share));
  });
}
