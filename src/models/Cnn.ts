import { UserError } from "../core/errors.js";
import type { Tensor } from "../engine/Tensor.js";
import type { Parameter } from "../engine/Variable.js";
import { BatchNorm } from "./layers/BatchNorm.js";
import { Module, type Pass } from "./layers/Module.js";
import { Sequential } from "./layers/Sequential.js";
import type { Body } from "./bodies/Body.js";

/** A body and a head, cut into fast.ai's three layer groups: early body, late body, head. */
export class Cnn extends Module {
  readonly layerGroups: readonly (readonly Module[])[];
  private readonly whole: Sequential;

  constructor(
    readonly body: Body,
    readonly head: Sequential,
  ) {
    super();
    this.whole = new Sequential([body.net, head]);
    const parts = body.net.children();
    this.layerGroups = [parts.slice(0, body.split), parts.slice(body.split), [head]];
  }

  override children(): readonly Module[] {
    return [this.whole];
  }

  /** x `[n, h, w, 3]` -> logits `[n, c]` */
  forward(x: Tensor, pass: Pass): Tensor {
    return this.whole.forward(x, pass);
  }

  backward(dLogits: Tensor, needsInputGrad = false): Tensor | undefined {
    return this.whole.backward(dLogits, needsInputGrad);
  }

  /** The parameters of each layer group. */
  groupParameters(): Parameter[][] {
    return this.layerGroups.map((group) => group.flatMap((module) => module.parameters()));
  }

  /**
   * Trains the layer groups from `n` on (negative counts from the end) and keeps the earlier ones, except, with
   * `trainBn`, the weights and biases of their batch norms. Running statistics follow the batches everywhere: as
   * in fast.ai, a frozen body still normalises by the batch.
   */
  freezeTo(n: number, trainBn: boolean): void {
    const groups = this.layerGroups.length;
    const first = n < 0 ? groups + n : n;
    if (!Number.isInteger(n) || first < 0 || first >= groups) {
      throw new UserError(
        `There is no layer group ${n} to freeze to.`,
        `Give one from 0 to ${groups - 1}, or from the end, from -1 to -${groups}.`,
      );
    }
    this.layerGroups.forEach((group, i) => {
      for (const module of group.flatMap((part) => [...part.modules()])) {
        const trained = i >= first || (trainBn && module instanceof BatchNorm);
        for (const parameter of module.ownParameters()) parameter.requiresGrad = trained;
      }
    });
  }
}
