import { readFile } from "node:fs/promises";
import path from "node:path";
import type { StoredTensor } from "../../engine/safetensors.js";
import { UserError } from "../../core/errors.js";

interface ModelJson {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  }[];
}

/**
 * The float32 weights of a tfjs layers model: `model.json` and its shards, in Keras' names and layouts.
 * @throws UserError when a shard is missing or cut short
 */
export async function readTfjsLayersModel(folder: string): Promise<Map<string, StoredTensor>> {
  const { weightsManifest } = JSON.parse(
    await readFile(path.join(folder, "model.json"), "utf8"),
  ) as ModelJson;
  const tensors = new Map<string, StoredTensor>();
  for (const group of weightsManifest) {
    const bytes = Buffer.concat(
      await Promise.all(group.paths.map((file) => readFile(path.join(folder, file)))),
    );
    let at = 0;
    for (const { name, shape } of group.weights) {
      const length = 4 * shape.reduce((product, n) => product * n, 1);
      if (at + length > bytes.length) {
        throw new UserError(
          `${folder}: the shards end at byte ${bytes.length}, inside ${name}.`,
          "Run `npx xray setup`: it fetches the weights again.",
        );
      }
      const values = new Float32Array(Uint8Array.prototype.slice.call(bytes, at, at + length).buffer);
      tensors.set(name, { name, shape, values });
      at += length;
    }
  }
  return tensors;
}
