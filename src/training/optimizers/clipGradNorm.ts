import { stack } from "../../engine/operations/arrayOps.js";
import { T } from "../../engine/operations/attr.js";
import { add, div, mul, sum } from "../../engine/operations/mathOps.js";
import { constant, op } from "../../engine/operations/op.js";
import { tf } from "../../engine/tensorflow.js";
import type { Parameter } from "../../engine/Variable.js";

/**
 * Scales all gradients so that their norm, as if they were one vector, is at most `max`: PyTorch's
 * `clip_grad_norm_`, which fast.ai's `GradientClipping` calls (Pascanu et al., "On the difficulty of training
 * recurrent neural networks", 2012).
 */
export function clipGradNorm(parameters: readonly Parameter[], max: number): void {
  const trained = parameters.filter(({ grad }) => grad !== undefined);
  const scale = tf.tidy(() => {
    const number = (value: number) => constant([value], "float32", []);
    const halves = trained.flatMap(({ grad }) => (grad ? op("L2Loss", [T], [grad]) : []));
    const norm = op("Sqrt", [T], [mul(sum(stack(halves), [0]), number(2))]);
    return op("Minimum", [T], [div(number(max), add(norm, number(1e-6))), number(1)]);
  });
  for (const parameter of trained) {
    const { grad } = parameter;
    if (!grad) continue;
    const scaled = mul(grad, scale);
    parameter.zeroGrad();
    parameter.addGrad(scaled);
  }
  scale.dispose();
}
