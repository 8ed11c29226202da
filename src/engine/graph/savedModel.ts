import { BinaryWriter } from "google-protobuf";
import { message } from "../protobuf.js";
import { float32, int32 } from "../operations/attr.js";
import type { Attr } from "../operations/binding.js";
import type { ConstantTensor, GraphNode } from "./Graph.js";

/**
 * A TensorFlow SavedModel (`saved_model.pb`) of a graph, without signatures or stored variables. Numbers of fields
 * are those of tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/{graph,
 * node_def,attr_value,tensor,tensor_shape}.proto.
 */
export function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  const file = new BinaryWriter();
  file.writeInt64(1, 1); // saved_model_schema_version
  message(file, 2, (metaGraph) => {
    message(metaGraph, 1, (info) => {
      info.writeString(4, savedModelTag);
    });
    message(metaGraph, 2, (graph) => {
      for (const node of nodes) {
        message(graph, 1, (writer) => {
          writeNode(writer, node);
        });
      }
    });
  });
  return file.getResultBuffer();
}

/** What the graph is found by in its file. */
export const savedModelTag = "serve";

function writeNode(writer: BinaryWriter, { name, op, inputs, attrs, tensor }: GraphNode): void {
  writer.writeString(1, name);
  writer.writeString(2, op);
  for (const input of inputs) writer.writeString(3, input);
  for (const attr of attrs) {
    entry(writer, attr.name, (value) => {
      writeAttr(value, attr);
    });
  }
  if (tensor) {
    entry(writer, "value", (value) => {
      message(value, 8, (to) => {
        writeTensor(to, tensor);
      });
    });
  }
}

/** An entry of a node's map from attribute names to values. */
function entry(writer: BinaryWriter, name: string, write: (value: BinaryWriter) => void): void {
  message(writer, 5, (pair) => {
    pair.writeString(1, name);
    message(pair, 2, write);
  });
}

function writeAttr(writer: BinaryWriter, { name, kind, value }: Attr): void {
  if (Array.isArray(value) && kind === "INT") {
    message(writer, 1, (list) => {
      list.writePackedInt64(3, value);
    });
  } else if (Array.isArray(value) && kind === "SHAPE") {
    message(writer, 7, (shape) => {
      writeShape(shape, value);
    });
  } else if (kind === "STRING" && typeof value === "string") writer.writeBytes(2, Buffer.from(value));
  else if (kind === "INT" && typeof value === "number") writer.writeInt64(3, value);
  else if (kind === "FLOAT" && typeof value === "number") writer.writeFloat(4, value);
  else if (kind === "BOOL" && typeof value === "boolean") writer.writeBool(5, value);
  else if (kind === "TYPE" && typeof value === "number") writer.writeEnum(6, value);
  else throw new TypeError(`the attribute ${name} is ${JSON.stringify(value)}, not of the kind ${kind}`);
}

function writeTensor(writer: BinaryWriter, { dtype, shape, values }: ConstantTensor): void {
  writer.writeEnum(1, dtype === "int32" ? int32 : float32);
  message(writer, 2, (to) => {
    writeShape(to, shape);
  });
  const content = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
  writer.writeBytes(4, new Uint8Array(content.buffer));
}

function writeShape(writer: BinaryWriter, shape: readonly number[]): void {
  for (const size of shape) {
    message(writer, 2, (dimension) => {
      dimension.writeInt64(1, size);
    });
  }
}
