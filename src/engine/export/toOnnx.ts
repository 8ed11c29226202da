import { UserError } from "../../core/errors.js";
import type { InferenceConstant, InferenceGraph, InferenceInput, InferenceNode } from "./InferenceGraph.js";
import type { OnnxGraph, OnnxNode, OnnxPort, OnnxTensor } from "./OnnxGraph.js";
import { onnxOperations, type Translation } from "./onnxOperations.js";

/**
 * An inference graph over images `[n, h, w, c]` in ONNX's operations, where they are `[n, c, h, w]`.
 * @throws UserError naming an operation that is not known here
 */
export function toOnnx(graph: InferenceGraph): OnnxGraph {
  const { input, nodes, constants } = graph;
  const translated: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const ranks = new Map([input, ...nodes].map(({ name, shape }) => [name, shape.length]));
  const translation: Translation = {
    rankOf: (name) => ranks.get(name) ?? NaN,
    constantOf: (name) => constants.get(name),
    initializer: (node, role, tensor) => {
      const name = `${node.name}.${role}`;
      initializers.push({ name, ...tensor });
      return name;
    },
  };
  for (const node of nodes) {
    const last = translated.at(-1);
    const bias = last && biasFor(last, node, graph);
    if (bias) {
      const values = Float32Array.from(bias.values);
      const name = translation.initializer(node, "bias", { shape: bias.shape, values });
      translated[translated.length - 1] = { ...last, inputs: [...last.inputs, name], output: node.name };
    } else {
      translated.push({ ...translate(node, translation), output: node.name });
    }
  }
  const output = nodes.at(-1);
  if (!output) throw new Error("a graph without operations has no output");
  return { input: portOf(input), output: portOf(output), nodes: translated, initializers };
}

/** In ONNX's order of axes, with names for open lengths. */
function portOf({ name, shape }: InferenceInput): OnnxPort {
  const last = shape.at(-1) ?? 0;
  const isImage = shape.length === 4;
  return { name, shape: ["n", last, ...(isImage ? [`${name}_height`, `${name}_width`] : [])] };
}

function translate(node: InferenceNode, translation: Translation): Omit<OnnxNode, "output"> {
  const operation = onnxOperations[node.op];
  if (!operation) {
    throw new UserError(
      `ONNX export does not know TensorFlow's operation ${node.op}.`,
      "Export the net to TensorFlow.js, or with `learn.export()`.",
    );
  }
  return operation(node, translation);
}

/** What `node` adds to each channel of the product before it, which may be the product's bias: nobody else uses it. */
function biasFor(
  product: OnnxNode,
  { op, inputs, shape }: InferenceNode,
  { nodes, constants }: InferenceGraph,
): InferenceConstant | undefined {
  const [x = "", b = ""] = inputs;
  const isProduct = ["Conv", "Gemm"].includes(product.op) && product.inputs.length === 2;
  if (!isProduct || !["BiasAdd", "AddV2"].includes(op) || x !== product.output) return undefined;
  const isOnlyUser = nodes.filter((node) => node.inputs.includes(x)).length === 1;
  const bias = constants.get(b);
  return isOnlyUser && bias?.shape.join() === String(shape.at(-1)) ? bias : undefined;
}
