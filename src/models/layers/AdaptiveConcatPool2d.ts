import { maxPool, maxPoolGrad, type PoolGeometry } from "../../engine/kernels.js";
import { retain } from "../../engine/references.js";
import { type Tensor, tf } from "../../engine/tensorflow.js";
import { Module, type Pass, releaseAll, Saved } from "./Module.js";

/**
 * fast.ai's pooling in front of the head: the maximum and the mean over the whole image, in this order.
 * x `[n, h, w, c]` -> `[n, 2 c]`
 */
export class AdaptiveConcatPool2d extends Module {
  private readonly saved = new Saved<{ x: Tensor; max: Tensor }>("AdaptiveConcatPool2d");

  forward(x: Tensor, { training }: Pass): Tensor {
    const [n = 0, , , c = 0] = x.shape;
    const max = maxPool(x, wholeImage(x));
    const y = tf.tidy(() => tf.concat([tf.reshape(max, [n, c]), tf.mean(x, [1, 2])], 1));
    if (training) this.saved.put({ x: retain(x), max });
    else max.dispose();
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const { x, max } = this.saved.take();
    let dx: Tensor | undefined;
    if (needsInputGrad) {
      const [n = 0, h = 0, w = 0, c = 0] = x.shape;
      dx = tf.tidy(() => {
        const [dMax, dMean] = tf.split(dy, 2, 1);
        if (!dMax || !dMean) throw new Error("the gradient of the pooling has no two halves");
        const fromMax = maxPoolGrad(x, max, tf.reshape(dMax, [n, 1, 1, c]), wholeImage(x));
        return tf.add(fromMax, tf.div(tf.reshape(dMean, [n, 1, 1, c]), h * w));
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
