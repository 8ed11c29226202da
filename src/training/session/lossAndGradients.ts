import { feed } from "../../engine/feed.js";
import { gather } from "../../engine/operations/arrayOps.js";
import { add, mul, sub } from "../../engine/operations/mathOps.js";
import type { Random } from "../../core/Random.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { Cnn } from "../../models/Cnn.js";
import type { Loss } from "../losses/Loss.js";
import type { TrainBatch } from "../DataBunch.js";
import { type Mix, unmixed } from "../mixUp.js";

/** A batch and, with MixUp, how it is mixed. */
export type MixedBatch = TrainBatch & { readonly mix?: Mix };

/** How loss and gradients are computed. */
export interface StepSettings {
  readonly loss: Loss;
  /** Draws dropout's masks. */
  readonly random: Random;
  /** Keep less of the forward pass, and compute it again in the backward pass; default false. */
  readonly checkpointing?: boolean;
  /** Divide by nothing: loss and gradients are sums over the items, as accumulation wants them; default false. */
  readonly sums?: boolean;
}

/**
 * Forward, mean loss and backward for one batch, operation by operation: leaves the gradients with the
 * parameters. A fit records them as one graph (`NetSession`).
 * @param batch asked for its arrays in each step
 * @returns the loss, a scalar
 */
export function lossAndGradients(model: Cnn, batch: () => MixedBatch, settings: StepSettings): Tensor {
  const { loss, sums = false, ...pass } = settings;
  const n = batch().shape[0];
  const given = feed(n, () => ({ shape: batch().shape, values: batch().x }));
  const x = batch().mix ? mixed(given, n, () => batch().mix ?? unmixed(batch().y.length)) : given;
  const logits = model.forward(x, { training: true, ...pass });
  const found = loss.step(logits, { n, current: batch }, sums);
  logits.dispose();
  model.backward(found.dLogits);
  return found.loss;
}

/** Each item with its share of another. */
function mixed(x: Tensor, n: number, mix: () => Mix): Tensor {
  const lambda = feed(n, () => ({ shape: [mix().lambda.length, 1, 1, 1], values: mix().lambda }));
  const permutation = feed(n, () => ({ shape: [mix().permutation.length], values: mix().permutation }));
  const others = gather(x, permutation);
  return add(others, mul(lambda, sub(x, others)));
}
