import { currentDisplay } from "../core/Display.js";
import { usesGpu } from "../engine/operations/binding.js";
import { type Parameters, resolveParameters } from "./presets.js";

/**
 * The notebook's parameters for this machine: says which preset was taken, and why. `auto` follows the device that
 * TensorFlow, which is loaded here, computes on.
 */
export function chooseParameters(given: Parameters & { readonly preset: string }): Parameters {
  const { preset, reason, parameters } = resolveParameters(given, { gpu: usesGpu() });
  currentDisplay().text(`Preset: ${preset}. ${reason}`);
  return parameters;
}
