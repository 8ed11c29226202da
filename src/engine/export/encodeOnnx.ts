import { BinaryWriter } from "google-protobuf";
import { bytesOf } from "../../core/writeFiles.js";
import { message } from "../protobuf.js";
import type { OnnxGraph, OnnxNode, OnnxPort, OnnxTensor } from "./OnnxGraph.js";

/** Version of the format, and of the set of operations; ONNX 1.12 (2022) has both. */
const irVersion = 8;
const opset = 17;

/** TensorProto.DataType */
const dataType = { float: 1, int64: 7 } as const;

/** AttributeProto.AttributeType */
const attributeType = { int: 2, ints: 7 } as const;

/**
 * The bytes of an ONNX file, which is a protobuf message of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto;
 * the numbers of fields and enumerators are from there.
 * @param metadata the file's `metadata_props`
 */
export function encodeOnnx(graph: OnnxGraph, metadata: Readonly<Record<string, string>>): Uint8Array {
  const model = new BinaryWriter();
  model.writeInt64(1, irVersion);
  model.writeString(2, "xray-notebook");
  message(model, 7, (to) => {
    writeGraph(to, graph);
  });
  message(model, 8, (set) => {
    set.writeString(1, "");
    set.writeInt64(2, opset);
  });
  for (const [key, value] of Object.entries(metadata)) {
    message(model, 14, (property) => {
      property.writeString(1, key);
      property.writeString(2, value);
    });
  }
  return model.getResultBuffer();
}

/** GraphProto */
function writeGraph(writer: BinaryWriter, { input, output, nodes, initializers }: OnnxGraph): void {
  for (const node of nodes) {
    message(writer, 1, (to) => {
      writeNode(to, node);
    });
  }
  writer.writeString(2, "net");
  for (const tensor of initializers) {
    message(writer, 5, (to) => {
      writeTensor(to, tensor);
    });
  }
  message(writer, 11, (to) => {
    writePort(to, input);
  });
  message(writer, 12, (to) => {
    writePort(to, output);
  });
}

/** NodeProto */
function writeNode(writer: BinaryWriter, { op, inputs, output, attributes }: OnnxNode): void {
  writer.writeRepeatedString(1, inputs);
  writer.writeString(2, output);
  writer.writeString(3, output);
  writer.writeString(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, (to) => {
      writeAttribute(to, name, value);
    });
  }
}

/** AttributeProto */
function writeAttribute(writer: BinaryWriter, name: string, value: number | readonly number[]): void {
  writer.writeString(1, name);
  if (typeof value === "number") {
    writer.writeInt64(3, value);
    writer.writeEnum(20, attributeType.int);
  } else {
    writer.writeRepeatedInt64(8, value);
    writer.writeEnum(20, attributeType.ints);
  }
}

/** TensorProto */
function writeTensor(writer: BinaryWriter, { name, shape, values }: OnnxTensor): void {
  writer.writeRepeatedInt64(1, shape);
  writer.writeInt32(2, values instanceof Float32Array ? dataType.float : dataType.int64);
  writer.writeString(8, name);
  writer.writeBytes(9, bytesOf(values));
}

/** ValueInfoProto of a tensor of floats. */
function writePort(writer: BinaryWriter, { name, shape }: OnnxPort): void {
  writer.writeString(1, name);
  message(writer, 2, (type) => {
    message(type, 1, (tensor) => {
      tensor.writeEnum(1, dataType.float);
      message(tensor, 2, (sizes) => {
        for (const length of shape) {
          message(sizes, 1, (size) => {
            if (typeof length === "number") size.writeInt64(1, length);
            else size.writeString(2, length);
          });
        }
      });
    });
  });
}
