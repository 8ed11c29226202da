import { collectGarbage } from "../engine/collectGarbage.js";
import { GraphRecorder } from "../engine/graph/GraphRecorder.js";
import type { Graph } from "../engine/graph/Graph.js";
import { programOf } from "../engine/graph/GraphSession.js";
import { recording } from "../engine/graph/recording.js";
import { RemoteGraph } from "../engine/graph/RemoteGraph.js";
import { type Tensor, tf } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Adam } from "./Adam.js";
import { type EvaluatedBatch, logitsAndLosses } from "./evaluate.js";
import { lossAndGradients, type StepSettings, type TrainBatch } from "./trainStep.js";

/** A net, and to train it an optimizer and how a step is done. */
export interface Net {
  readonly model: Cnn;
  readonly training?: { readonly optimizer: Adam; readonly settings: StepSettings };
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
    private readonly optimizer: Adam | undefined,
    private readonly groups: readonly (readonly Variable[])[],
    private readonly graph: Graph,
    private readonly remote: RemoteGraph,
    private readonly imageShape: string,
    private readonly present: { batch: TrainBatch },
  ) {}

  /** Records a step on one blank image of the batch's size and hands it to the thread. */
  static async start(net: Net, batch: TrainBatch): Promise<NetSession> {
    const { model, training } = net;
    const [, height, width, channels] = batch.shape;
    const blank = {
      x: new Float32Array(height * width * channels),
      shape: [1, height, width, channels] as const,
    };
    const present: { batch: TrainBatch } = { batch: { ...blank, y: new Int32Array(1) } };
    const trained = training?.optimizer.groups.flat() ?? [];
    const isNew = training?.optimizer.state().size === 0;
    const moments = trained.flatMap((parameter) => training?.optimizer.momentsOf(parameter) ?? []);
    const groups = [
      model.state(),
      ...(training ? [moments.map(({ m }) => m), moments.map(({ v }) => v)] : []),
    ];
    const graph = record(groups, net, () => present.batch);
    const remote = await RemoteGraph.open(programOf(graph));
    const session = new NetSession(training?.optimizer, groups, graph, remote, imageShape(batch), present);
    if (isNew) await session.clearMoments();
    return session;
  }

  /** Whether the batch's images have the recorded size. The number of images may change. */
  suits(batch: TrainBatch): boolean {
    return imageShape(batch) === this.imageShape;
  }

  /** One step of the optimizer. @returns the loss before it */
  async step(batch: TrainBatch): Promise<number> {
    await this.handOver();
    for (const variable of this.graph.variables) if (!variable.lent) variable.lend(holder);
    this.prepared = false;
    this.optimizer?.advance();
    const [loss] = await this.run("train", batch);
    return loss?.[0] ?? NaN;
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

  private run(name: string, batch: TrainBatch): Promise<readonly Float32Array[]> {
    this.present.batch = batch;
    const feeds = this.graph.functions.get(name)?.feeds ?? [];
    return this.remote.run(
      name,
      feeds.map(({ make }) => make(batch.shape[0])),
    );
  }

  /** New moments are zero, and need not be sent. */
  private async clearMoments(): Promise<void> {
    for (const [i, group] of this.groups.entries()) {
      if (i === 0) continue;
      await this.remote.assign(i);
      for (const variable of group) variable.lend(holder);
    }
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

/** Takes down a step and an evaluation; nothing is changed by it, nor drawn from the random source. */
function record(
  groups: readonly (readonly Variable[])[],
  { model, training }: Net,
  batch: () => TrainBatch,
): Graph {
  const recorder = new GraphRecorder(groups);
  const recorded = (name: string, body: () => readonly Tensor[]) => {
    tf.engine().startScope();
    try {
      recording(recorder, () => {
        recorder.function(name, body);
      });
    } finally {
      tf.engine().endScope();
    }
  };
  if (training) {
    const { optimizer, settings } = training;
    const { state } = settings.random;
    try {
      recorded("train", () => {
        const loss = lossAndGradients(model, batch, settings);
        optimizer.update();
        return [loss];
      });
    } finally {
      optimizer.zeroGrad();
      settings.random.state = state;
    }
  }
  recorded("evaluate", () => {
    const { logits, losses } = logitsAndLosses(model, batch);
    return [logits, losses];
  });
  return recorder.finish();
}
