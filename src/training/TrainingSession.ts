import { collectGarbage } from "../engine/collectGarbage.js";
import { GraphRecorder } from "../engine/graph/GraphRecorder.js";
import type { Graph } from "../engine/graph/Graph.js";
import { programOf } from "../engine/graph/GraphSession.js";
import { recording } from "../engine/graph/recording.js";
import { RemoteGraph } from "../engine/graph/RemoteGraph.js";
import type { Random } from "../engine/random.js";
import { tf } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Adam } from "./Adam.js";
import { lossAndGradients, type TrainBatch } from "./trainStep.js";

/** What a step changes and draws from. */
export interface Trained {
  readonly model: Cnn;
  readonly optimizer: Adam;
  readonly random: Random;
}

/** Who has the variables during a fit, in errors. */
const holder = "the training thread: it comes back at the end of the epoch";

/**
 * Runs training steps as one TensorFlow graph in a thread of its own: a step is one call, operations run side by
 * side and hand their memory on, and the calling thread stays free.
 *
 * Weights, statistics and moments live with the graph while it trains; here their memory is free, and reading one
 * fails until `bringBack`. Whatever is assigned here meanwhile goes to the graph before its next step.
 */
export class TrainingSession {
  /** The versions that equal the graph's values. */
  private readonly known = new Map<Variable, number>();

  private constructor(
    private readonly optimizer: Adam,
    private readonly groups: readonly (readonly Variable[])[],
    private readonly graph: Graph,
    private readonly remote: RemoteGraph,
    private readonly imageShape: string,
    private readonly present: { batch: TrainBatch },
  ) {}

  /** Records a step on one blank image of the batch's size and hands it to the thread. */
  static async start({ model, optimizer, random }: Trained, batch: TrainBatch): Promise<TrainingSession> {
    const [, height, width, channels] = batch.shape;
    const blank = {
      x: new Float32Array(height * width * channels),
      shape: [1, height, width, channels] as const,
    };
    const present: { batch: TrainBatch } = { batch: { ...blank, y: new Int32Array(1) } };
    const known = optimizer.state();
    const fresh = optimizer.groups.flat().filter((parameter) => !known.has(parameter));
    const moments = optimizer.groups.flat().map((parameter) => optimizer.momentsOf(parameter));
    const groups = [model.state(), moments.map(({ m }) => m), moments.map(({ v }) => v)];
    const graph = record(groups, { model, optimizer, random }, () => present.batch);
    const remote = await RemoteGraph.open(programOf(graph));
    const session = new TrainingSession(optimizer, groups, graph, remote, imageShape(batch), present);
    if (fresh.length === moments.length) await session.clear([1, 2]);
    return session;
  }

  /** Whether the batch's images have the recorded size. The number of images may change. */
  suits(batch: TrainBatch): boolean {
    return imageShape(batch) === this.imageShape;
  }

  /** One step of the optimizer. @returns the loss before it */
  async step(batch: TrainBatch): Promise<number> {
    await this.handOver();
    this.optimizer.advance();
    this.present.batch = batch;
    return this.remote.step(this.graph.feeds.map(({ make }) => make(batch.shape[0])));
  }

  /** Gives variables their values as of the last step, by default all of them. */
  async bringBack(variables: readonly Variable[] = this.graph.variables): Promise<void> {
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
      await this.bringBack(group);
      // Group by group, so that not everything is in memory twice.
      await this.remote.release(i);
    }
    await this.remote.close();
  }

  /** Starts groups with zeros: new moments are, and need not be sent. */
  private async clear(groups: readonly number[]): Promise<void> {
    for (const i of groups) {
      await this.remote.assign(i);
      for (const variable of this.groups[i] ?? []) variable.lend(holder);
    }
  }

  private async handOver(): Promise<void> {
    for (const [i, group] of this.groups.entries()) {
      const here = group.filter((variable) => !variable.lent);
      if (here.some((variable) => variable.version !== this.known.get(variable))) {
        await this.bringBack(group);
        await this.remote.assign(
          i,
          group.map((variable) => variable.values()),
        );
      }
      for (const variable of here) variable.lend(holder);
    }
  }
}

const imageShape = ({ shape }: TrainBatch): string => shape.slice(1).join(" x ");

/** Takes down one step; nothing is changed by it, nor drawn from the random source. */
function record(
  groups: readonly (readonly Variable[])[],
  { model, optimizer, random }: Trained,
  batch: () => TrainBatch,
): Graph {
  const recorder = new GraphRecorder(groups);
  const { state } = random;
  try {
    return recording(recorder, () => {
      tf.engine().startScope();
      try {
        const loss = lossAndGradients(model, batch, random);
        optimizer.update();
        return recorder.finish(loss);
      } finally {
        tf.engine().endScope();
      }
    });
  } finally {
    optimizer.zeroGrad();
    random.state = state;
  }
}
