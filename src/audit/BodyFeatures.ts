import { createHash } from "node:crypto";
import { bytesOf } from "../core/writeFiles.js";
import type { Architecture } from "../models/bodies/Architecture.js";
import { Cnn } from "../models/Cnn.js";
import { AdaptiveConcatPool2d } from "../models/layers/AdaptiveConcatPool2d.js";
import { Sequential } from "../models/layers/Sequential.js";
import { CrossEntropy } from "../training/losses/CrossEntropy.js";
import type { TrainBatch } from "../training/DataBunch.js";
import { Evaluator } from "../training/session/Evaluator.js";

/** A pretrained body in evaluation mode: of each image the mean of each of its channels. */
export class BodyFeatures {
  private readonly evaluator: Evaluator;

  private constructor(
    private readonly model: Cnn,
    /** Features of an image. */
    readonly width: number,
    /** SHA-256 of the weights and of all else that decides the features of a batch. */
    readonly key: string,
  ) {
    // Its outputs are features, and its losses nobody's.
    this.evaluator = new Evaluator({ model, loss: new CrossEntropy(2 * width) });
  }

  /** @throws UserError when the weights are missing or broken */
  static async load(arch: Architecture): Promise<BodyFeatures> {
    const body = await arch.createBody("0", true);
    const hash = createHash("sha256").update(JSON.stringify([arch.name, body.spec]));
    for (const variable of body.net.state()) hash.update(variable.name).update(bytesOf(variable.values()));
    const model = new Cnn(body, new Sequential([new AdaptiveConcatPool2d()]));
    return new BodyFeatures(model, body.features, hash.digest("hex"));
  }

  /**
   * @param batch normalised pixels
   * @returns `[n, width]` row by row
   */
  async of(batch: TrainBatch): Promise<Float32Array> {
    const { width } = this;
    const n = batch.y.length;
    const { logits } = await this.evaluator.evaluate({ ...batch, y: new Int32Array(n) });
    const features = new Float32Array(n * width);
    // The maxima stand before the means.
    for (let k = 0; k < n; k++) {
      features.set(logits.subarray((2 * k + 1) * width, 2 * (k + 1) * width), k * width);
    }
    return features;
  }

  /** Frees the weights and the graph. */
  async close(): Promise<void> {
    await this.evaluator.close();
    this.model.dispose();
  }
}
