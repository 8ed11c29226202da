import { backend, binding } from "../operations/binding.js";
import type { Tensor } from "../Tensor.js";

/** A loaded graph with its own variables. */
export type SessionHandle = number;

/** Loads the SavedModel in `folder`; the file is not needed afterwards. */
export function loadSession(folder: string, tag: string): SessionHandle {
  return binding().loadSavedModel(folder, tag);
}

/**
 * Runs what the outputs need, given the inputs.
 * @param names of nodes, in the order of `inputs`
 */
export function runSession(
  session: SessionHandle,
  names: readonly string[],
  inputs: readonly Tensor[],
  outputs: readonly string[],
): Tensor[] {
  const list = (nodes: readonly string[]) => nodes.map((node) => `${node}:0`).join(",");
  const made = binding().runSavedModel(
    session,
    backend().getInputTensorIds(inputs),
    list(names),
    list(outputs),
  );
  return made.map((output) => backend().createOutputTensor(output));
}

export function deleteSession(session: SessionHandle): void {
  binding().deleteSavedModel(session);
}
