import type { Tensor } from "./Tensor.js";

/**
 * Reference counts for activations. A tensor belongs to whoever made it; a layer that needs it again in the
 * backward pass retains it, and it goes when the last one releases it. So the backward pass frees memory as it
 * goes, which tfjs's own tape, that keeps everything until the step's end, does not.
 */
const further = new WeakMap<Tensor, number>();

export function retain(tensor: Tensor): Tensor {
  further.set(tensor, (further.get(tensor) ?? 0) + 1);
  return tensor;
}

export function release(tensor: Tensor): void {
  const count = further.get(tensor) ?? 0;
  if (count > 0) further.set(tensor, count - 1);
  else tensor.dispose();
}
