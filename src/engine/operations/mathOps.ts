import type { Tensor } from "../Tensor.js";
import { attr, int32, T } from "./attr.js";
import { constant, op } from "./op.js";

/** a + b, the smaller one repeated over the axes it lacks. */
export function add(a: Tensor, b: Tensor): Tensor {
  return op("AddV2", [T], [a, b]);
}

/** The sum of tensors of one shape. A graph makes it, and a ReLU after it, a part of the convolution before it. */
export function addAll(tensors: readonly Tensor[]): Tensor {
  return op("AddN", [T, attr.int("N", tensors.length)], tensors);
}

/** a - b, as `add`. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return op("Sub", [T], [a, b]);
}

/** a * b, as `add`. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return op("Mul", [T], [a, b]);
}

/** a / b, as `add`. */
export function div(a: Tensor, b: Tensor): Tensor {
  return op("RealDiv", [T], [a, b]);
}

/** The mean over some axes, which are left out of the result. */
export function mean(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Mean", x, axes);
}

/** The sum over some axes, which are left out of the result. */
export function sum(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Sum", x, axes);
}

/** The maximum over some axes, which are left out of the result. */
export function max(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Max", x, axes);
}

function reduced(operation: string, x: Tensor, axes: readonly number[]): Tensor {
  const list = constant(axes, "int32");
  const y = op(operation, [T, attr.type("Tidx", int32), attr.bool("keep_dims", false)], [x, list]);
  list.dispose();
  return y;
}

/** a b, either transposed on the way. */
export function matMul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Tensor {
  return op(
    "MatMul",
    [T, attr.bool("transpose_a", transposeA), attr.bool("transpose_b", transposeB)],
    [a, b],
  );
}

/** bias `[c]` added to each of x's channels, the last axis. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return op("BiasAdd", [T], [x, bias]);
}

/** The sum over all axes but the last. */
export function biasGrad(dy: Tensor): Tensor {
  return op("BiasAddGrad", [T], [dy]);
}
