import type { StoredTensor } from "../../engine/safetensors.js";
import { tf } from "../../engine/tensorflow.js";
import type { Variable } from "../../engine/Variable.js";
import { UserError } from "../../core/errors.js";

/**
 * Files keep arrays as PyTorch does, so that a checkpoint opens in Python and PyTorch's weights open here:
 * convolutions `[out, in, h, w]` (TensorFlow: `[h, w, in, out]`), linear layers `[out, in]` (`[in, out]`).
 */
const toTorchAxes: Readonly<Record<number, number[]>> = { 4: [3, 2, 0, 1], 2: [1, 0] };
const fromTorchAxes: Readonly<Record<number, number[]>> = { 4: [2, 3, 1, 0], 2: [1, 0] };

export function torchShape({ shape }: Pick<Variable, "shape">): number[] {
  return (toTorchAxes[shape.length] ?? shape.map((_, i) => i)).map((axis) => shape[axis] ?? 0);
}

/** The variable's values as a file keeps them. */
export function toTorch(variable: Variable, name = variable.name): StoredTensor {
  const axes = toTorchAxes[variable.shape.length];
  if (!axes) return { name, shape: variable.shape, values: variable.values() };
  const transposed = tf.tidy(() => tf.transpose(variable.read(), axes));
  const values = transposed.dataSync<"float32">().slice();
  transposed.dispose();
  return { name, shape: torchShape(variable), values };
}

/**
 * Gives the variable a file's values.
 * @throws UserError naming the layer and both shapes when they differ
 */
export function fromTorch(variable: Variable, stored: StoredTensor, file: string): void {
  requireShape(variable, stored, file);
  const axes = fromTorchAxes[stored.shape.length];
  if (!axes) {
    // A copy: a view of the file's bytes would keep all of them in memory.
    variable.assignValues(stored.values.slice());
    return;
  }
  const value = tf.tidy(() => tf.transpose(tf.tensor(stored.values, [...stored.shape]), axes));
  variable.assign(value);
  value.dispose();
}

/** @throws UserError naming the layer and both shapes when they differ */
export function requireShape(variable: Variable, stored: StoredTensor, file: string): void {
  requireTorchShape(torchShape(variable), stored, file);
}

/** The same for a variable that is still to be made, by its shape in a file. */
export function requireTorchShape(wanted: readonly number[], stored: StoredTensor, file: string): void {
  if (wanted.join() !== stored.shape.join()) {
    throw new UserError(
      `${file}: ${stored.name} is [${stored.shape.join(", ")}], the net wants [${wanted.join(", ")}].`,
      "Load weights of the same architecture and number of classes.",
    );
  }
}
