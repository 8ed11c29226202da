import {
  add,
  concatColumns,
  div,
  maxPool,
  maxPoolGrad,
  mean,
  type PoolGeometry,
  reshape,
  splitColumns,
} from "../../engine/kernels.js";
import { constant } from "../../engine/rawOps.js";
import { retain } from "../../engine/references.js";
import { type Tensor, tf } from "../../engine/tensorflow.js";
import { keeps, Module, type Pass, releaseAll, Saved } from "./Module.js";

/**
 * fast.ai's pooling in front of the head: the maximum and the mean over the whole image, in this order.
 * x `[n, h, w, c]` -> `[n, 2 c]`
 */
export class AdaptiveConcatPool2d extends Module {
  private readonly saved = new Saved<{ x: Tensor; max: Tensor }>("AdaptiveConcatPool2d");

  forward(x: Tensor, pass: Pass): Tensor {
    const c = x.shape[3] ?? 0;
    const max = maxPool(x, wholeImage(x));
    const y = tf.tidy(() => concatColumns(reshape(max, [-1, c]), mean(x, [1, 2])));
    if (keeps(pass)) this.saved.put({ x: retain(x), max });
    else max.dispose();
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const { x, max } = this.saved.take();
    let dx: Tensor | undefined;
    if (needsInputGrad) {
      const [, h = 0, w = 0, c = 0] = x.shape;
      dx = tf.tidy(() => {
        const [dMax, dMean] = splitColumns(dy);
        const fromMax = maxPoolGrad(x, max, reshape(dMax, [-1, 1, 1, c]), wholeImage(x));
        const each = div(reshape(dMean, [-1, 1, 1, c]), constant([h * w], "float32", []));
        return add(fromMax, each);
      });
    }
    releaseAll({ x, max });
    dy.dispose();
    return dx;
  }
}

function wholeImage(x: Tensor): PoolGeometry {
  return { size: [x.shape[1] ?? 1, x.shape[2] ?? 1], stride: 1, padding: 0 };
}
