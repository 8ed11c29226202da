import { feed } from "../../engine/feed.js";
import { mul } from "../../engine/operations/mathOps.js";
import type { Tensor } from "../../engine/Tensor.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/**
 * Sets each feature to zero with probability p when training, and scales the rest by 1 / (1 - p) (Srivastava et
 * al., 2014). The mask comes from the pass's random source, so that a seed repeats it.
 */
export class Dropout extends Module {
  private readonly saved = new Saved<{ mask: Tensor | undefined }>("Dropout");

  constructor(readonly p: number) {
    super();
    if (!(p >= 0 && p < 1)) throw new RangeError(`dropout's probability is in [0, 1), not ${p}`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { training, random } = pass;
    if (!training || this.p === 0) {
      if (savesForBackward(pass)) this.saved.put({ mask: undefined });
      return x.clone();
    }
    if (!random) throw new Error("a training pass through dropout needs a random source");
    const [n = 0, ...features] = x.shape;
    const perItem = features.reduce((product, size) => product * size, 1);
    const scale = 1 / (1 - this.p);
    const mask = feed(n, (items) => ({
      shape: [items, ...features],
      values: Float32Array.from({ length: items * perItem }, () => (random.bernoulli(this.p) ? 0 : scale)),
    }));
    this.saved.put({ mask });
    return mul(x, mask);
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    const dx = needsInputGrad ? (saved.mask ? mul(dy, saved.mask) : dy.clone()) : undefined;
    releaseAll(saved);
    dy.dispose();
    return dx;
  }
}
