import type { Tensor } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import type { Adam } from "./Adam.js";

/**
 * Remembers weights, running statistics and optimizer state, to go back to them exactly. It costs memory only
 * for what is changed meanwhile: TensorFlow copies a variable's memory at the first change.
 */
export function takeSnapshot(state: readonly Variable[], optimizer: Adam): { restore(): void; drop(): void } {
  const variables = [...state, ...[...optimizer.state().values()].flatMap(({ m, v }) => [m, v])];
  const kept = new Map<Variable, Tensor>(variables.map((variable) => [variable, variable.read()]));
  const { t, mom, lrs } = optimizer;
  const drop = () => {
    for (const tensor of kept.values()) tensor.dispose();
    kept.clear();
  };
  return {
    drop,
    restore() {
      if (t === 0) optimizer.reset();
      for (const [variable, tensor] of kept) variable.assign(tensor);
      [optimizer.t, optimizer.mom, optimizer.lrs] = [t, mom, lrs];
      drop();
    },
  };
}
