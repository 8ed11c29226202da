import { channelsOf, concat, reshape, split } from "../../engine/operations/arrayOps.js";
import { add, div, max, mean } from "../../engine/operations/mathOps.js";
import { maxPool, maxPoolGrad, type PoolGeometry } from "../../engine/operations/maxPool.js";
import { constant } from "../../engine/operations/op.js";
import { retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/**
 * fast.ai's pooling in front of the head: the maximum and the mean over the whole image, in this order.
 * x `[n, h, w, c]` -> `[n, 2 c]`
 */
export class AdaptiveConcatPool2d extends Module {
  private readonly saved = new Saved<{ x: Tensor; highest: Tensor }>("AdaptiveConcatPool2d");

  forward(x: Tensor, pass: Pass): Tensor {
    if (!pass.training && !savesForBackward(pass))
      return tf.tidy(() => concat([max(x, [1, 2]), mean(x, [1, 2])], 1));
    // Pooled, since TensorFlow has a gradient for it as one operation.
    const highest = maxPool(x, wholeImage(x));
    const y = tf.tidy(() => concat([reshape(highest, [-1, channelsOf(x)]), mean(x, [1, 2])], 1));
    if (savesForBackward(pass)) this.saved.put({ x: retain(x), highest });
    else highest.dispose();
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const { x, highest } = this.saved.take();
    let dx: Tensor | undefined;
    if (needsInputGrad) {
      const [, h = 0, w = 0, c = 0] = x.shape;
      dx = tf.tidy(() => {
        const [dMax, dMean] = split(dy, [c, c], 1);
        const fromMax = maxPoolGrad(x, highest, reshape(dMax, [-1, 1, 1, c]), wholeImage(x));
        const each = div(reshape(dMean, [-1, 1, 1, c]), constant([h * w], "float32", []));
        return add(fromMax, each);
      });
    }
    releaseAll({ x, highest });
    dy.dispose();
    return dx;
  }
}

function wholeImage(x: Tensor): PoolGeometry {
  return { size: [x.shape[1] ?? 1, x.shape[2] ?? 1], stride: 1, padding: 0 };
}
