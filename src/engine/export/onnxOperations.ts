import { tf } from "../tensorflow.js";
import { flagOf, intsOf, textOf } from "./attributes.js";
import type { InferenceConstant, InferenceNode } from "./InferenceGraph.js";
import type { OnnxNode, OnnxTensor } from "./OnnxGraph.js";

/**
 * TensorFlow's operations as ONNX's, of opset 17. TensorFlow's images are `[n, h, w, c]` and ONNX's `[n, c, h, w]`;
 * whatever else there is has the same axes in both.
 */

/** What an operation is translated with. */
export interface Translation {
  /** The number of axes of an input or of a node's output. */
  rankOf(name: string): number;
  constantOf(name: string): InferenceConstant | undefined;
  /** Adds a constant of the node to the ONNX graph, and gives its name there. */
  initializer(node: InferenceNode, role: string, tensor: Omit<OnnxTensor, "name">): string;
}

export type Operation = (node: InferenceNode, translation: Translation) => Omit<OnnxNode, "output">;

/** By TensorFlow's names. */
export const onnxOperations: Partial<Record<string, Operation>> = {
  Conv2D: convolution([3, 2, 0, 1], ([, , cin = 1, cout = 1]) => ({ out: cout, in: cin, group: 1 })),
  DepthwiseConv2dNative: convolution([2, 3, 0, 1], ([, , channels = 1, each = 1]) => {
    return { out: channels * each, in: 1, group: channels };
  }),
  MaxPool: (node) => {
    const kernel = intsOf(node, "ksize").slice(1, 3);
    return { op: "MaxPool", inputs: node.inputs, attributes: windowAttributes(node, kernel) };
  },
  AvgPool: (node) => {
    const kernel = intsOf(node, "ksize").slice(1, 3);
    return { op: "AveragePool", inputs: node.inputs, attributes: windowAttributes(node, kernel) };
  },
  Pad: pad,
  Relu: same("Relu"),
  // The constants are 0 and 6, as the name says.
  Relu6: (node, translation) => {
    const bounds = [0, 6].map((bound) =>
      translation.initializer(node, `bound_${bound}`, { shape: [], values: Float32Array.of(bound) }),
    );
    return { op: "Clip", inputs: [...node.inputs, ...bounds], attributes: {} };
  },
  Sigmoid: same("Sigmoid"),
  AddN: same("Sum"),
  AddV2: elementwise("Add"),
  BiasAdd: elementwise("Add"),
  Mul: elementwise("Mul"),
  Max: reduction("ReduceMax"),
  Mean: reduction("ReduceMean"),
  ConcatV2: (node, translation) => {
    const inputs = node.inputs.slice(0, -1);
    const [axis = 0] = integers(node, node.inputs.length - 1, translation);
    return { op: "Concat", inputs, attributes: { axis: axisOf(axis, node.shape.length) } };
  },
  MatMul: (node, translation) => ({
    op: "Gemm",
    inputs: operands(node, translation),
    attributes: {
      transA: Number(flagOf(node, "transpose_a")),
      transB: Number(flagOf(node, "transpose_b")),
    },
  }),
  Softmax: (node) => {
    const { inputs, shape } = node;
    return { op: "Softmax", inputs, attributes: { axis: axisOf(shape.length - 1, shape.length) } };
  },
};

/** The place of each of TensorFlow's image axes in ONNX's order, and the other way round. */
const placeOf = [0, 2, 3, 1];
const imageOrder = [0, 3, 1, 2];

const axisOf = (axis: number, rank: number): number => (rank === 4 ? (placeOf[axis] ?? axis) : axis);

/** An operation on each number by itself, or on tensors of one shape. */
function same(op: string): Operation {
  return ({ inputs }) => ({ op, inputs, attributes: {} });
}

function elementwise(op: string): Operation {
  return (node, translation) => ({ op, inputs: operands(node, translation), attributes: {} });
}

/** The inputs, where constants have one number a channel for images. */
function operands(node: InferenceNode, translation: Translation): string[] {
  return node.inputs.map((input, i) => {
    const constant = translation.constantOf(input);
    if (!constant) return input;
    const { shape } = constant;
    const isImage = node.shape.length === 4;
    if (isImage && shape.length > 1) throw new Error(`${node.op} of an image and [${shape.join(", ")}]`);
    const inOrder = isImage && shape.length === 1 ? [...shape, 1, 1] : shape;
    return translation.initializer(node, `input_${i}`, { shape: inOrder, values: floats(constant) });
  });
}

interface FilterChannels {
  readonly out: number;
  /** Input channels of each group. */
  readonly in: number;
  /** Parts of the channels that are convolved by themselves. */
  readonly group: number;
}

/**
 * @param order of the filter's axes in ONNX: output channels, input channels, height, width
 * @param channelsOf a filter, from its shape in TensorFlow
 */
function convolution(order: number[], channelsOf: (filter: readonly number[]) => FilterChannels): Operation {
  return (node, translation) => {
    const [x = "", name = ""] = node.inputs;
    const filter = translation.constantOf(name);
    if (!filter) throw new Error(`${node.op} has a filter that is no constant`);
    const [height = 1, width = 1] = filter.shape;
    const { out, in: cin, group } = channelsOf(filter.shape);
    const shape = [out, cin, height, width];
    const weight = translation.initializer(node, "weight", { shape, values: transposed(filter, order) });
    const attributes = { ...windowAttributes(node, [height, width]), group };
    return { op: "Conv", inputs: [x, weight], attributes };
  };
}

/** The attributes of a convolution or pooling with a kernel of this height and width. */
function windowAttributes(node: InferenceNode, kernel: readonly number[]): OnnxNode["attributes"] {
  return {
    kernel_shape: kernel,
    strides: intsOf(node, "strides").slice(1, 3),
    pads: padsOf(node, kernel),
  };
}

/** Padding at the top, the left, the bottom and the right. */
function padsOf(node: InferenceNode, [height = 1, width = 1]: readonly number[]): number[] {
  const mode = textOf(node, "padding");
  if (mode === "VALID") return [0, 0, 0, 0];
  if (mode === "EXPLICIT") {
    const [, , top = 0, bottom = 0, left = 0, right = 0] = intsOf(node, "explicit_paddings");
    return [top, left, bottom, right];
  }
  // With other strides it depends on the image's size; the kernels' paddingMode names it for none of them.
  if (intsOf(node, "strides").some((stride) => stride !== 1))
    throw new Error(`${node.op}: SAME with strides`);
  const [high, wide] = [height - 1, width - 1];
  return [Math.floor(high / 2), Math.floor(wide / 2), Math.ceil(high / 2), Math.ceil(wide / 2)];
}

/** Zeros around an image. */
function pad(node: InferenceNode, translation: Translation): Omit<OnnxNode, "output"> {
  const sides = integers(node, 1, translation);
  const order = node.shape.length === 4 ? imageOrder : node.shape.map((_, axis) => axis);
  const pads = [0, 1].flatMap((side) => order.map((axis) => BigInt(sides[2 * axis + side] ?? 0)));
  const values = BigInt64Array.from(pads);
  const [x = ""] = node.inputs;
  const inputs = [x, translation.initializer(node, "pads", { shape: [pads.length], values })];
  return { op: "Pad", inputs, attributes: {} };
}

/** Over an image's height and width, or over any axes of what is no image. */
function reduction(op: string): Operation {
  return (node, translation) => {
    const [x = ""] = node.inputs;
    const rank = translation.rankOf(x);
    const axes = integers(node, 1, translation);
    if (rank === 4 && axes.join() !== "1,2")
      throw new Error(`${node.op} over the axes ${axes.join()} of an image`);
    const keepdims = Number(flagOf(node, "keep_dims"));
    return { op, inputs: [x], attributes: { axes: axes.map((axis) => axisOf(axis, rank)), keepdims } };
  };
}

/** A node's input that TensorFlow takes as a tensor, such as its axes. */
function integers(node: InferenceNode, input: number, translation: Translation): number[] {
  const constant = translation.constantOf(node.inputs[input] ?? "");
  if (!constant) throw new Error(`${node.op}'s input ${input} is no constant`);
  return Array.from(constant.values);
}

function floats({ values }: InferenceConstant): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

function transposed({ shape, values }: InferenceConstant, order: number[]): Float32Array {
  const tensor = tf.tidy(() => tf.transpose(tf.tensor(values, [...shape]), order));
  const turned = tensor.dataSync<"float32">().slice();
  tensor.dispose();
  return turned;
}
