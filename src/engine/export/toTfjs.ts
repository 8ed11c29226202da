import { UserError } from "../../core/errors.js";
import { attr, float32, int32 } from "../operations/attr.js";
import type { Attr } from "../operations/binding.js";
import { intsOf, textOf } from "./attributes.js";
import type { InferenceConstant, InferenceGraph, InferenceInput, InferenceNode } from "./InferenceGraph.js";

/** A TensorFlow.js graph model, as `tf.loadGraphModel` reads it. */
export interface TfjsModel {
  /** The content of `model.json`, without where the weights are. */
  readonly model: Readonly<Record<string, unknown>>;
  /** In the order in which the graph names them. */
  readonly weights: readonly TfjsWeight[];
}

/** Fixed numbers, as the weights' manifest describes them. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly values: Float32Array | Int32Array;
}

const layout = attr.string("data_format", "NHWC");
const dilations = attr.int("dilations", [1, 1, 1, 1]);

/** The operations that TensorFlow.js knows too, with attributes that TensorFlow adds itself and TensorFlow.js does not. */
const operations: Partial<Record<string, readonly Attr[]>> = {
  AddN: [],
  AddV2: [],
  AvgPool: [layout],
  BiasAdd: [layout],
  ConcatV2: [],
  Conv2D: [layout, dilations],
  DepthwiseConv2dNative: [layout, dilations],
  MatMul: [],
  Max: [],
  MaxPool: [layout],
  Mean: [],
  Mul: [],
  Pad: [],
  PadV2: [],
  Relu: [],
  Relu6: [],
  Sigmoid: [],
  Softmax: [],
};

/**
 * An inference graph as a graph model of TensorFlow.js.
 * @param metadata what `model.metadata` is to be after loading
 * @throws UserError naming an operation that is not known here
 */
export function toTfjs({ input, nodes, constants }: InferenceGraph, metadata: object): TfjsModel {
  const padded = nodes.map((node) => withPaddedImage(node));
  const all = [...constants, ...padded.flatMap((part) => [...part.constants])];
  const operationsOf = padded.flatMap((part) => part.nodes);
  const [output] = nodes.slice(-1);
  const model = {
    format: "graph-model",
    generatedBy: "xray-notebook",
    signature: { inputs: signature(input), outputs: output && signature(output) },
    userDefinedMetadata: metadata,
    modelTopology: {
      node: [
        inputNode(input),
        ...all.map(([name, constant]) => constantNode(name, constant)),
        ...operationsOf.map((node) => operationNode(node)),
      ],
      library: {},
      versions: {},
    },
  };
  const weights = all.map(([name, constant]) => ({ name, ...constant, dtype: dtypeOf(constant) }));
  return { model, weights };
}

/**
 * TensorFlow.js cannot pad in numbers where it pools: it pools an image that was padded before, with what is never
 * the largest.
 */
function withPaddedImage(node: InferenceNode): Pick<InferenceGraph, "nodes" | "constants"> {
  if (node.op !== "MaxPool" || textOf(node, "padding") !== "EXPLICIT") {
    return { nodes: [node], constants: new Map() };
  }
  const name = `${node.name}_image`;
  const [sides, lowest] = [`${name}_sides`, `${name}_lowest`];
  const pad = {
    name,
    op: "PadV2",
    shape: node.shape,
    inputs: [...node.inputs, sides, lowest],
    attrs: [attr.type("T", float32), attr.type("Tpaddings", int32)],
  };
  const others = node.attrs.filter((one) => !["padding", "explicit_paddings"].includes(one.name));
  const pool = { ...node, inputs: [name], attrs: [...others, attr.string("padding", "VALID")] };
  const constants = new Map<string, InferenceConstant>([
    [sides, { shape: [4, 2], values: Int32Array.from(intsOf(node, "explicit_paddings")) }],
    // The lowest float32: some graphics processors know no infinity.
    [lowest, { shape: [], values: Float32Array.of(-3.4028234663852886e38) }],
  ]);
  return { nodes: [pad, pool], constants };
}

/** A NodeDef of tensorflow/core/framework/node_def.proto in protobuf's JSON, where bytes are in base64. */
interface JsonNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

function operationNode({ name, op, inputs, attrs }: InferenceNode): JsonNode {
  const added = operations[op];
  if (!added) {
    throw new UserError(
      `The export to TensorFlow.js does not know TensorFlow's operation ${op}.`,
      "Export the net with `learn.export()`, which takes any.",
    );
  }
  const values = [...attrs, ...added].map((one) => [one.name, jsonAttr(one)] as const);
  return { name, op, input: inputs, attr: Object.fromEntries(values) };
}

function inputNode({ name, shape }: InferenceInput): JsonNode {
  return {
    name,
    op: "Placeholder",
    attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: jsonShape(shape) } },
  };
}

function constantNode(name: string, constant: InferenceConstant): JsonNode {
  const dtype = dtypeOf(constant) === "float32" ? "DT_FLOAT" : "DT_INT32";
  const tensor = { dtype, tensorShape: jsonShape(constant.shape) };
  return { name, op: "Const", attr: { dtype: { type: dtype }, value: { tensor } } };
}

function jsonAttr({ name, kind, value }: Attr): object {
  if (kind === "TYPE") return { type: value === int32 ? "DT_INT32" : "DT_FLOAT" };
  if (kind === "BOOL") return { b: value };
  if (kind === "STRING" && typeof value === "string") return { s: Buffer.from(value).toString("base64") };
  if (kind === "INT") return Array.isArray(value) ? { list: { i: value.map(String) } } : { i: String(value) };
  throw new TypeError(`the attribute ${name} is of the kind ${kind}, which no known operation has`);
}

const jsonShape = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });

/** A tensor of a signature, by its name. */
const signature = ({ name, shape }: InferenceInput) => ({
  [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: jsonShape(shape) },
});

const dtypeOf = ({ values }: InferenceConstant): TfjsWeight["dtype"] =>
  values instanceof Float32Array ? "float32" : "int32";
