import type { Tensor } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import { drawsOf, goBackTo } from "./draws.js";
import type { Learner } from "./Learner.js";

/**
 * Remembers weights, running statistics, the optimizer and the places in the random streams.
 * @returns a function that goes back to them exactly, to be called once
 *
 * It costs memory only for what is changed meanwhile: TensorFlow copies a variable's memory at the first change.
 */
export function takeSnapshot(learn: Learner): () => void {
  const { model, optimizer } = learn;
  const variables = [...model.state(), ...[...optimizer.state().values()].flat()];
  const kept = new Map<Variable, Tensor>(variables.map((variable) => [variable, variable.read()]));
  const { t, mom, lrs } = optimizer;
  const draws = drawsOf(learn);
  return () => {
    // Moments that the optimizer did not have yet go; those it had are put back.
    if (t === 0) optimizer.reset();
    for (const [variable, tensor] of kept) {
      variable.assign(tensor);
      tensor.dispose();
    }
    [optimizer.t, optimizer.mom, optimizer.lrs] = [t, mom, lrs];
    goBackTo(draws, learn);
  };
}
