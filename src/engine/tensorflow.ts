import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";
import { setTensorFlowVariables } from "../core/environment.js";
import { messageOf, UserError } from "../core/errors.js";
import { existsSync } from "node:fs";
import { loadQuietly } from "./loadQuietly.js";
import { bindingPath } from "./install/variant.js";

/** Loads libtensorflow under tfjs-node. */
function load(): typeof TensorFlow {
  if (!existsSync(bindingPath)) {
    throw new UserError("libtensorflow is not installed.", "Run `npx xray setup` (`npm start` does it too).");
  }
  setTensorFlowVariables();
  restoreUtil();
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- must follow the settings above
    const tf = loadQuietly(() => require("@tensorflow/tfjs-node-gpu") as typeof TensorFlow);
    // Leaves out tfjs's argument checks in hot paths, and its greeting.
    tf.enableProdMode();
    return tf;
  } catch (error) {
    throw new UserError(
      `libtensorflow does not load: ${messageOf(error)}`,
      "Run `npx xray doctor`; `npx xray setup --repair` installs it anew.",
      { cause: error },
    );
  }
}

/** tfjs-node 4.22 calls two functions that Node 22 warns of and Node 23 has no more. */
function restoreUtil(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}

let loaded: typeof TensorFlow | undefined;

/**
 * Loads libtensorflow, about 0.9 s; later calls give what the first one loaded.
 * @throws UserError when the engine is not installed or does not load
 */
export function loadTensorFlow(): typeof TensorFlow {
  return (loaded ??= load());
}

/** TensorFlow.js on libtensorflow. Importing this file loads nothing: the first member that is read loads the library. */
export const tf: typeof TensorFlow = new Proxy({} as typeof TensorFlow, {
  get: (_, member) => Reflect.get(loadTensorFlow(), member) as unknown,
});
