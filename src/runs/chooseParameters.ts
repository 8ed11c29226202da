import { withFields } from "../core/resultTables.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { currentDisplay } from "../core/Display.js";
import { usesGpu } from "../engine/operations/binding.js";
import { type Parameters, resolveParameters } from "./presets.js";

const kinds: OptionKinds<Parameters & { readonly preset: string }> = {
  size: "number",
  bs: "number",
  epochsFrozen: "number",
  epochsUnfrozen: "number",
  seed: "number",
  trainPerClass: "number",
  validPerClass: "number",
  dataDir: "text",
  model: "text",
  preset: "text",
};

/**
 * The notebook's parameters for this machine: says what is going to be trained, which preset was taken, and why. `auto`
 * follows the device that TensorFlow, which is loaded here, computes on.
 */
export function chooseParameters(given: Parameters & { readonly preset: string }): Parameters {
  checkOptions("chooseParameters()", given, kinds);
  const { preset, reason, parameters } = resolveParameters(given, { gpu: usesGpu() });
  const why = preset === "custom" ? "" : ` Preset ${preset}: ${reason}`;
  currentDisplay().text(`${parametersInWords(parameters)}${why}`);
  return withFields("Parameters", parameters);
}

/** What a run with these parameters trains, as one sentence. */
export function parametersInWords(parameters: Parameters): string {
  const { model, size, bs, epochsFrozen, epochsUnfrozen, seed, trainPerClass, validPerClass } = parameters;
  const atMost = (count: number, what: string) =>
    count === 0 ? `all ${what} images` : `at most ${count} ${what} images of each class`;
  const epochs = `${epochsFrozen} ${epochsFrozen === 1 ? "epoch" : "epochs"} for the head and ${epochsUnfrozen} for the whole network`;
  return (
    `This run: ${model}, images of ${size} x ${size} pixels, ${bs} in a batch, ${atMost(trainPerClass, "training")}, ` +
    `${atMost(validPerClass, "test")}, ${epochs}, seed ${seed}.`
  );
}
