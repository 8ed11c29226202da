import assert from "node:assert/strict";
import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { tf } from "../../src/engine/tensorflow.js";

/** Images as batches have them. */
export interface Images {
  readonly x: Float32Array;
  readonly shape: readonly [n: number, h: number, w: number, channels: number];
}

/** The probabilities that an ONNX file gives in onnxruntime. */
export async function byOnnxRuntime(file: string, { x, shape }: Images): Promise<number[]> {
  const session = await InferenceSession.create(file);
  assert.deepEqual([session.inputNames, session.outputNames], [["images"], ["probabilities"]]);
  const [n, h, w, channels] = shape;
  const turned = tf.tidy(() => tf.transpose(tf.tensor(x, [...shape]), [0, 3, 1, 2]).dataSync<"float32">());
  const images = new OnnxTensor("float32", turned, [n, channels, h, w]);
  const { probabilities } = await session.run({ images });
  await session.release();
  return [...(probabilities?.data as Float32Array)];
}
