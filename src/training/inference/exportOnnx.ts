import path from "node:path";
import { encodeOnnx } from "../../engine/export/encodeOnnx.js";
import { toOnnx } from "../../engine/export/toOnnx.js";
import { makeFolder } from "../../core/makeFolder.js";
import type { Cnn } from "../../models/Cnn.js";
import { sigmoid } from "../../engine/operations/activations.js";
import { inferenceGraph } from "../../models/inferenceGraph.js";
import { writeFiles } from "../../core/writeFiles.js";
import { type DescribedNet, describeNet } from "./NetDescription.js";

/**
 * Writes a net as it predicts in ONNX (opset 17), for onnxruntime and others: input `images` `[n, 3, height, width]`
 * of any height and width, normalised as the file's `metadata_props` say (`NetDescription`, in JSON where it is no
 * text) -> `probabilities` `[n, c]`.
 * @throws UserError naming the folder or the file when it cannot be written, or an operation that ONNX export lacks
 */
export async function exportOnnx(model: Cnn, net: DescribedNet, file: string): Promise<void> {
  const properties = Object.entries(describeNet(net)).map(([key, value]: [string, unknown]) => {
    return [key, typeof value === "string" ? value : JSON.stringify(value)] as const;
  });
  const bytes = encodeOnnx(
    toOnnx(inferenceGraph(model, net.labelThresholds && sigmoid)),
    Object.fromEntries(properties),
  );
  await makeFolder(path.dirname(file), "Choose another folder for the file.");
  await writeFiles([{ file, pieces: [bytes] }]);
}
