import { collectGarbage } from "../../core/collectGarbage.js";
import type { Graph } from "../../engine/graph/Graph.js";
import { type GroupSetting, programOf } from "../../engine/graph/GraphSession.js";
import { RemoteGraph } from "../../engine/graph/RemoteGraph.js";
import type { Variable } from "../../engine/Variable.js";
import { UserError } from "../../core/errors.js";
import type { EvaluatedBatch } from "./evaluate.js";
import { unmixed } from "../mixUp.js";
import {
  groupsOf,
  type Net,
  type CurrentBatch,
  recordNet,
  type Variables,
  variablesOf,
} from "./recordNet.js";
import type { TrainBatch } from "../DataBunch.js";
import type { MixedBatch } from "./lossAndGradients.js";

/** Gradients of the batches since the last step of the optimizer. */
export interface Accumulated {
  /** How many batches they are of. */
  readonly batches: number;
  /** The weight of the batches' items together. */
  readonly weight: number;
  /** A sum for each parameter, in the order of the optimizer's. */
  readonly sums: readonly Variable[];
}

/** What is done with the values that a graph has. */
export interface CloseOptions {
  /** @default false */
  readonly discard?: boolean;
}

/**
 * Runs a net's training steps and evaluation as TensorFlow graphs in a thread of their own: a step is one call,
 * operations run side by side and hand their memory on, and the calling thread stays free.
 *
 * From the first training step on, weights, statistics and moments live with the graph; here their memory is free.
 * Who reads one has all of them brought back, with the values of the last step. Whatever is assigned here meanwhile
 * goes to the graph before it runs next.
 */
export class NetSession {
  /** The versions that equal the graph's values. */
  private readonly known = new Map<Variable, number>();
  /** Whether the graph has folded the present weights for evaluation. */
  private prepared = false;
  /** Batches whose gradients have been added up since the last step of the optimizer. */
  private added = 0;
  private closing = false;
  private readonly onRead = () => {
    this.syncFromThreadNow();
  };

  private constructor(
    private readonly net: Net,
    private readonly variables: Variables,
    private readonly graph: Graph,
    private readonly remote: RemoteGraph,
    private readonly imageShape: string,
    private readonly current: CurrentBatch,
    /** Groups that are new, and become zeros when the graph first runs. */
    private readonly uninitialized: Set<number>,
    private readonly beforeRead: () => void,
  ) {}

  /**
   * Records a step on one blank image of the batch's size and hands it to the thread.
   * @param beforeRead called before a variable is read that is with the graph; throws where it may not be
   */
  static async start(
    net: Net,
    batch: TrainBatch,
    beforeRead: () => void = () => undefined,
  ): Promise<NetSession> {
    const [, height, width, channels] = batch.shape;
    const current: CurrentBatch = {
      batch: {
        x: new Float32Array(height * width * channels),
        shape: [1, height, width, channels],
        y: new Int32Array(1),
        mix: net.training?.drawMix && unmixed(1),
      },
      weight: 1,
    };
    RemoteGraph.expect();
    const isNew = net.training?.optimizer.state().size === 0;
    const variables = variablesOf(net);
    const graph = recordNet(net, variables, current);
    const remote = await RemoteGraph.open(programOf(graph));
    const uninitialized = groupsOf(variables).flatMap((group, i) =>
      group === variables.sums || (isNew && group !== variables.model) ? i : [],
    );
    current.weight = 0;
    return new NetSession(
      net,
      variables,
      graph,
      remote,
      imageShape(batch),
      current,
      new Set(uninitialized),
      beforeRead,
    );
  }

  /** As they are set together in the graph. */
  private get groups(): readonly (readonly Variable[])[] {
    return groupsOf(this.variables);
  }

  /** Whether the batch's images have the recorded size. The number of images may change. */
  matchesShape(batch: TrainBatch): boolean {
    return imageShape(batch) === this.imageShape;
  }

  /**
   * One batch: a step of the optimizer, or, where gradients accumulate, its part of one.
   * @returns the loss before it
   */
  async step(batch: TrainBatch): Promise<number> {
    const { loss, training } = this.net;
    if (!training) throw new Error("this session was started without training");
    await this.moveToThread();
    const mix = training.drawMix?.(batch.y.length);
    const { accumulation = 1 } = training;
    if (accumulation === 1) {
      training.optimizer.advance();
      const [mean] = await this.run("train", { ...batch, mix });
      return mean?.[0] ?? NaN;
    }
    const weight = loss.itemWeights({ ...batch, mix }).reduce((sum, one) => sum + one, 0);
    const [sum] = await this.run("train", { ...batch, mix });
    this.current.weight += weight;
    if (++this.added === accumulation) await this.update();
    return (sum?.[0] ?? NaN) / weight;
  }

  /** The gradients that have been added up since the last step of the optimizer; undefined where there are none. */
  get accumulated(): Accumulated | undefined {
    if (this.added === 0) return undefined;
    return { batches: this.added, weight: this.current.weight, sums: this.variables.sums };
  }

  /**
   * Takes sums of gradients for its own, before its first step.
   * @param values those of the sums, in their order
   */
  restoreAccumulated({ batches, weight }: Omit<Accumulated, "sums">, values: readonly Float32Array[]): void {
    const { sums } = this.variables;
    if (values.length !== sums.length) throw new Error(`${values.length} sums for ${sums.length} parameters`);
    sums.forEach((sum, i) => {
      sum.assignValues(values[i] ?? new Float32Array());
    });
    this.uninitialized.delete(this.groups.indexOf(sums));
    [this.added, this.current.weight] = [batches, weight];
  }

  /** Makes a step of the optimizer of the batches since the last one, if there are any. */
  async update(): Promise<void> {
    if (this.added === 0) return;
    await this.moveToThread();
    this.net.training?.optimizer.advance();
    await this.run("update", this.current.batch);
    this.current.weight = 0;
    this.added = 0;
  }

  /** Hands all variables to the graph, and frees their memory here. */
  private async moveToThread(): Promise<void> {
    await this.pushChanges();
    for (const variable of this.graph.variables) if (!variable.isRemote) variable.offload(this.onRead);
    this.prepared = false;
  }

  /** One batch in evaluation mode. */
  async evaluate(batch: TrainBatch): Promise<EvaluatedBatch> {
    await this.pushChanges();
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
  async syncFromThread(
    variables: readonly Variable[] = [this.variables.model, ...this.variables.slots].flat(),
  ): Promise<void> {
    const remote = variables.filter((variable) => variable.isRemote);
    if (remote.length > 0) this.receive(remote, await this.remote.read(this.placesOf(remote)));
  }

  /** Copies of variables' values as of the last step; the variables stay where they are. */
  async copyValues(variables: readonly Variable[]): Promise<readonly Float32Array[]> {
    const remote = variables.filter((variable) => variable.isRemote);
    const copies = remote.length > 0 ? await this.remote.read(this.placesOf(remote)) : [];
    const known = new Map(remote.map((variable, i) => [variable, copies[i]]));
    return variables.map((variable) => known.get(variable) ?? variable.values());
  }

  /** The same at once, for somebody who reads a variable. */
  private syncFromThreadNow(): void {
    this.beforeRead();
    if (this.closing) {
      throw new UserError(
        "The net's weights cannot be read: they are on their way back from a fit that is ending.",
        "Await the fit before reading them.",
      );
    }
    const remote = this.graph.variables.filter((variable) => variable.isRemote);
    this.receive(remote, this.remote.readNow(this.placesOf(remote)));
  }

  private placesOf(variables: readonly Variable[]): number[] {
    const places = new Map(this.graph.variables.map((variable, place) => [variable, place]));
    return variables.map((variable) => places.get(variable) ?? NaN);
  }

  /**
   * Takes all values from the thread and frees the graph.
   * @param options `discard`: nothing comes back; variables cannot be read until they are assigned
   */
  async close({ discard = false }: CloseOptions = {}): Promise<void> {
    this.closing = true;
    for (const [i, group] of this.groups.entries()) {
      if (discard || group === this.variables.sums || !group.some(({ isRemote }) => isRemote)) continue;
      // Group by group, so that not everything is in memory twice.
      this.receive(group, await this.remote.take(i));
    }
    await this.remote.close();
    for (const variable of this.variables.sums) variable.dispose();
  }

  private run(name: string, batch: MixedBatch): Promise<readonly Float32Array[]> {
    this.current.batch = batch;
    const feeds = this.graph.functions.get(name)?.feeds ?? [];
    return this.remote.run(
      name,
      feeds.map(({ make }) => make(batch.shape[0])),
    );
  }

  /** Gives the variables that are still remote their values. */
  private receive(variables: readonly Variable[], values: readonly Float32Array[]): void {
    variables.forEach((variable, i) => {
      if (!variable.isRemote) return;
      variable.assignValues(values[i] ?? new Float32Array());
      this.known.set(variable, variable.version);
    });
    collectGarbage();
  }

  private isChangedHere(variable: Variable): boolean {
    return !variable.isRemote && variable.version !== this.known.get(variable);
  }

  /** Sends what was assigned here since the graph's values were known; what is new is zero, and need not be sent. */
  private async pushChanges(): Promise<void> {
    const settings: GroupSetting[] = [];
    for (const [group, variables] of this.groups.entries()) {
      if (this.uninitialized.has(group)) settings.push({ group });
      else if (variables.some((variable) => this.isChangedHere(variable))) {
        await this.syncFromThread(variables);
        settings.push({ group, values: variables.map((variable) => variable.values()) });
      }
    }
    if (settings.length === 0) return;
    await this.remote.assign(settings);
    for (const { group, values } of settings) {
      for (const variable of this.groups[group] ?? []) {
        if (values) this.known.set(variable, variable.version);
        else variable.offload(this.onRead);
      }
      this.uninitialized.delete(group);
    }
    this.prepared = false;
  }
}

const imageShape = ({ shape }: TrainBatch): string => shape.slice(1).join(" x ");
