import path from "node:path";
import { toTfjs } from "../../engine/export/toTfjs.js";
import { makeFolder } from "../../core/makeFolder.js";
import type { Cnn } from "../../models/Cnn.js";
import { sigmoid } from "../../engine/operations/activations.js";
import { inferenceGraph } from "../../models/inferenceGraph.js";
import { bytesOf, writeFiles } from "../../core/writeFiles.js";
import { type DescribedNet, describeNet } from "./NetDescription.js";

/** Bytes of a file of weights, as tensorflowjs_converter cuts them: browsers keep files of this size. */
const shardBytes = 4 * 1024 * 1024;

/**
 * Writes a net as it predicts into a folder, as a graph model of TensorFlow.js: `tf.loadGraphModel` of its
 * `model.json` takes images `[n, height, width, 3]` of any height and width, normalised as `model.metadata` says
 * (`NetDescription`), and gives probabilities `[n, c]`.
 * @throws UserError naming the folder or the file when it cannot be written, or an operation that TensorFlow.js lacks
 */
export async function exportTfjs(model: Cnn, net: DescribedNet, folder: string): Promise<void> {
  const { model: json, weights } = toTfjs(
    inferenceGraph(model, net.labelThresholds && sigmoid),
    describeNet(net),
  );
  const bytes = Buffer.concat(weights.map(({ values }) => bytesOf(values)));
  const count = Math.ceil(bytes.length / shardBytes);
  const shards = Array.from({ length: count }, (_, i) => ({
    name: `group1-shard${i + 1}of${count}.bin`,
    content: bytes.subarray(i * shardBytes, (i + 1) * shardBytes),
  }));
  const weightsManifest = [
    {
      paths: shards.map(({ name }) => name),
      weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    },
  ];
  const text = JSON.stringify({ ...json, weightsManifest });
  await makeFolder(folder, "Choose another folder.");
  await writeFiles([
    ...shards.map(({ name, content }) => ({ file: path.join(folder, name), pieces: [content] })),
    // Last: where it is, the weights are.
    { file: path.join(folder, "model.json"), pieces: [Buffer.from(text)] },
  ]);
}
