import type { Tensor } from "../Tensor.js";
import { attr, float32, int32, T } from "./attr.js";
import { constant, op, opOutputs } from "./op.js";

/** The shape of x, as a tensor: in a recorded step it follows the batch. */
export function shapeOf(x: Tensor): Tensor {
  return op("Shape", [T, attr.type("out_type", int32)], [x]);
}

/** The size of x's last axis, which is that of its channels. */
export function channelsOf(x: Tensor): number {
  const channels = x.shape.at(-1);
  if (channels === undefined) throw new Error("a single number has no channels");
  return channels;
}

/** The same values in another shape; -1 stands for the batch. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const sizes = constant(shape, "int32");
  const y = op("Reshape", [T, attr.type("Tshape", int32)], [x, sizes]);
  sizes.dispose();
  return y;
}

/** Tensors of one shape along a new first axis. */
export function stack(tensors: readonly Tensor[]): Tensor {
  return op("Pack", [T, attr.int("N", tensors.length), attr.int("axis", 0)], tensors);
}

/** The rows of x, along its first axis, that `indices` (int32) name. */
export function gather(x: Tensor, indices: Tensor): Tensor {
  const attrs = [
    attr.type("Tparams", float32),
    attr.type("Tindices", int32),
    attr.type("Taxis", int32),
    attr.int("batch_dims", 0),
  ];
  const axis = constant([0], "int32", []);
  const y = op("GatherV2", attrs, [x, indices, axis]);
  axis.dispose();
  return y;
}

/** Zeros in the shape of x. */
export function zerosLike(x: Tensor): Tensor {
  return op("ZerosLike", [T], [x]);
}

/** Tensors one after the other along an axis; all other axes are equal. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const along = constant([axis], "int32", []);
  const y = op("ConcatV2", [T, attr.int("N", tensors.length), attr.type("Tidx", int32)], [...tensors, along]);
  along.dispose();
  return y;
}

/** Undoes `concat` of two tensors that have these sizes along the axis. */
export function split(x: Tensor, sizes: readonly [number, number], axis: number): [Tensor, Tensor] {
  const [lengths, along] = [constant(sizes, "int32"), constant([axis], "int32", [])];
  const attrs = [T, attr.int("num_split", sizes.length), attr.type("Tlen", int32)];
  const [a, b] = opOutputs("SplitV", attrs, [x, lengths, along], sizes.length);
  lengths.dispose();
  along.dispose();
  if (!a || !b) throw new Error("SplitV gave too few outputs");
  return [a, b];
}
