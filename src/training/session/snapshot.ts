import type { Tensor } from "../../engine/Tensor.js";
import type { Variable } from "../../engine/Variable.js";
import type { Cnn } from "../../models/Cnn.js";
import { captureRng, restoreRng, type Streams } from "../rngState.js";
import type { Optimizer } from "../optimizers/Optimizer.js";

/**
 * Remembers weights, running statistics, the optimizer and the places in the random streams.
 * @returns a function that goes back to them exactly, to be called once
 *
 * It costs memory only for what is changed meanwhile: TensorFlow copies a variable's memory at the first change.
 */
export function takeSnapshot(
  streams: Streams,
  { model, optimizer }: { readonly model: Cnn; readonly optimizer: Optimizer },
): () => void {
  const variables = [...model.state(), ...[...optimizer.state().values()].flat()];
  const kept = new Map<Variable, Tensor>(variables.map((variable) => [variable, variable.read()]));
  const { t, mom, lrs } = optimizer;
  const draws = captureRng(streams);
  return () => {
    // Moments that the optimizer did not have yet go; those it had are put back.
    if (t === 0) optimizer.reset();
    for (const [variable, tensor] of kept) {
      variable.assign(tensor);
      tensor.dispose();
    }
    [optimizer.t, optimizer.mom, optimizer.lrs] = [t, mom, lrs];
    restoreRng(draws, streams);
  };
}
