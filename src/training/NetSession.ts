import { collectGarbage } from "../engine/collectGarbage.js";
import { GraphRecorder } from "../engine/graph/GraphRecorder.js";
import type { Graph } from "../engine/graph/Graph.js";
import { programOf } from "../engine/graph/GraphSession.js";
import { recording } from "../engine/graph/recording.js";
import { RemoteGraph } from "../engine/graph/RemoteGraph.js";
import { feedScalar } from "../engine/feed.js";
import { mul, zerosLike } from "../engine/kernels.js";
import type { Random } from "../engine/random.js";
import { type Tensor, tf } from "../engine/tensorflow.js";
import { type Parameter, Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import { clipGradNorm } from "./clipGradNorm.js";
import type { CrossEntropy } from "./CrossEntropy.js";
import { type EvaluatedBatch, logitsAndLosses } from "./evaluate.js";
import type { Optimizer } from "./Optimizer.js";
import { type DrawMix, unmixed } from "./mixUp.js";
import { lossAndGradients, type MixedBatch, type TrainBatch } from "./trainStep.js";

/** A net with its loss, and how it is trained. */
export interface Net {
  readonly model: Cnn;
  readonly loss: CrossEntropy;
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
  /** `step` only adds up gradients, and `update` moves the parameters by their mean; default false. */
  readonly accumulates?: boolean;
}

/** Who has the variables during a fit, in errors. */
const holder = "the training thread: it comes back at the end of the epoch";

/**
 * Runs a net's training steps and evaluation as TensorFlow graphs in a thread of their own: a step is one call,
 * operations run side by side and hand their memory on, and the calling thread stays free.
 *
 * From the first training step on, weights, statistics and moments live with the graph; here their memory is free,
 * and reading one fails until `bringBack`. Whatever is assigned here meanwhile goes to the graph before it runs next.
 */
export class NetSession {
  /** The versions that equal the graph's values. */
  private readonly known = new Map<Variable, number>();
  /** Whether the graph has folded the present weights for evaluation. */
  private prepared = false;

  private constructor(
    private readonly net: Net,
    private readonly variables: Variables,
    private readonly graph: Graph,
    private readonly remote: RemoteGraph,
    private readonly imageShape: string,
    private readonly present: Present,
  ) {}

  /** Records a step on one blank image of the batch's size and hands it to the thread. */
  static async start(net: Net, batch: TrainBatch): Promise<NetSession> {
    const [, height, width, channels] = batch.shape;
    const present: Present = {
      batch: {
        x: new Float32Array(height * width * channels),
        shape: [1, height, width, channels],
        y: new Int32Array(1),
        mix: net.training?.drawMix && unmixed(1),
      },
      weight: 1,
    };
    const isNew = net.training?.optimizer.state().size === 0;
    const variables = variablesOf(net);
    const graph = record(net, variables, present);
    const remote = await RemoteGraph.open(programOf(graph));
    const session = new NetSession(net, variables, graph, remote, imageShape(batch), present);
    for (const [i, group] of session.groups.entries()) {
      if (group === variables.sums || (isNew && group !== variables.model)) await session.clear(i);
    }
    present.weight = 0;
    return session;
  }

  /** As they are set together in the graph. */
  private get groups(): readonly (readonly Variable[])[] {
    return groupsOf(this.variables);
  }

  /** Whether the batch's images have the recorded size. The number of images may change. */
  suits(batch: TrainBatch): boolean {
    return imageShape(batch) === this.imageShape;
  }

  /**
   * One step of the optimizer, or, where the net's training accumulates, only the gradients for one.
   * @returns the loss before it
   */
  async step(batch: TrainBatch): Promise<number> {
    const { loss, training } = this.net;
    if (!training) throw new Error("this session was started without training");
    await this.takeOver();
    const mix = training.drawMix?.(batch.y.length);
    if (training.accumulates !== true) {
      training.optimizer.advance();
      const [mean] = await this.run("train", { ...batch, mix });
      return mean?.[0] ?? NaN;
    }
    const weight = loss.weights(batch.y, mix).reduce((sum, one) => sum + one, 0);
    const [sum] = await this.run("train", { ...batch, mix });
    this.present.weight += weight;
    return (sum?.[0] ?? NaN) / weight;
  }

  /** Moves the parameters by the mean of the gradients since the last time, if there are any. */
  async update(): Promise<void> {
    if (this.present.weight === 0) return;
    await this.takeOver();
    this.net.training?.optimizer.advance();
    await this.run("update", this.present.batch);
    this.present.weight = 0;
  }

  /** The graph has all variables, and here nobody. */
  private async takeOver(): Promise<void> {
    await this.handOver();
    for (const variable of this.graph.variables) if (!variable.lent) variable.lend(holder);
    this.prepared = false;
  }

  /** One batch in evaluation mode. */
  async evaluate(batch: TrainBatch): Promise<EvaluatedBatch> {
    await this.handOver();
    if (!this.prepared) await this.remote.prepare("evaluate");
    this.prepared = true;
    const [logits = new Float32Array(), losses = new Float32Array()] = await this.run("evaluate", batch);
    return { logits, losses };
  }

  /** Frees what evaluation keeps beside the weights. */
  async endEvaluation(): Promise<void> {
    if (this.prepared) await this.remote.releasePrepared("evaluate");
    this.prepared = false;
  }

  /** Gives variables their values as of the last step, by default all but the sums of gradients. */
  async bringBack(
    variables: readonly Variable[] = [this.variables.model, ...this.variables.slots].flat(),
  ): Promise<void> {
    const lent = variables.filter((variable) => variable.lent);
    if (lent.length === 0) return;
    const places = new Map(this.graph.variables.map((variable, place) => [variable, place]));
    const values = await this.remote.read(lent.map((variable) => places.get(variable) ?? NaN));
    lent.forEach((variable, i) => {
      variable.assignValues(values[i] ?? new Float32Array());
      this.known.set(variable, variable.version);
    });
    collectGarbage();
  }

  /** Brings everything back and frees the graph. */
  async close(): Promise<void> {
    for (const [i, group] of this.groups.entries()) {
      if (group !== this.variables.sums) await this.bringBack(group);
      // Group by group, so that not everything is in memory twice.
      await this.remote.release(i);
    }
    await this.remote.close();
    for (const variable of this.variables.sums) variable.dispose();
  }

  private run(name: string, batch: MixedBatch): Promise<readonly Float32Array[]> {
    this.present.batch = batch;
    const feeds = this.graph.functions.get(name)?.feeds ?? [];
    return this.remote.run(
      name,
      feeds.map(({ make }) => make(batch.shape[0])),
    );
  }

  /** What is new is zero, and need not be sent. */
  private async clear(group: number): Promise<void> {
    await this.remote.assign(group);
    for (const variable of this.groups[group] ?? []) variable.lend(holder);
  }

  /** Sends what was assigned here since the graph's values were known. */
  private async handOver(): Promise<void> {
    for (const [i, group] of this.groups.entries()) {
      const changed = group.some(
        (variable) => !variable.lent && variable.version !== this.known.get(variable),
      );
      if (!changed) continue;
      await this.bringBack(group);
      await this.remote.assign(
        i,
        group.map((variable) => variable.values()),
      );
      for (const variable of group) this.known.set(variable, variable.version);
      this.prepared = false;
    }
  }
}

const imageShape = ({ shape }: TrainBatch): string => shape.slice(1).join(" x ");

/** What the graph's inputs are made from. */
interface Present {
  batch: MixedBatch;
  /** Of the items whose gradients have been added up. */
  weight: number;
}

/** The graph's variables. */
interface Variables {
  readonly model: readonly Variable[];
  /** The optimizer's state: for each slot one of each parameter. */
  readonly slots: readonly (readonly Variable[])[];
  /** The sum of each parameter's gradients, where they are accumulated. */
  readonly sums: readonly Variable[];
}

const groupsOf = ({ model, slots, sums }: Variables) => [model, ...slots, ...(sums.length > 0 ? [sums] : [])];

function variablesOf({ model, training }: Net): Variables {
  const { optimizer, accumulates = false } = training ?? {};
  const parameters = optimizer?.parameters ?? [];
  const slots = (optimizer?.slots ?? []).map((_, i) =>
    parameters.flatMap((parameter) => optimizer?.stateOf(parameter)[i] ?? []),
  );
  const summed = accumulates ? parameters : [];
  const sums = summed.map(({ name, shape }) => new Variable(`${name}.sum`, shape));
  return { model: model.state(), slots, sums };
}

/** Takes down a step and an evaluation; nothing is changed by it, nor drawn from the random source. */
function record({ model, loss, training }: Net, variables: Variables, present: Present): Graph {
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
  const batch = () => present.batch;
  if (training) {
    const { optimizer, random, clipGrad, checkpointing, accumulates = false } = training;
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
          const share = feedScalar(() => 1 / present.weight);
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
