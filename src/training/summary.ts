import type { Table } from "../core/Display.js";
import { tf } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Module } from "../models/layers/Module.js";
import type { StepMemory } from "./session/stepMemory.js";

/**
 * A net's layers with the shapes they give for one image, their parameters, and whether these are trained: fast.ai's
 * `model_summary`. It runs one blank image through the net in evaluation mode.
 * @param size side of the square images, in pixels
 * @param step what a training step keeps, and how many images it has
 */
export function summary(model: Cnn, size: number, step: StepMemory & { readonly bs: number }): Table {
  const layers: { layer: Module; shape: readonly number[] }[] = [];
  tf.tidy(() => {
    model.forward(tf.zeros([1, size, size, 3]), {
      training: false,
      observe: (layer, { shape }) => {
        if (layer.children().length === 0) layers.push({ layer, shape });
      },
    });
  });
  const rows = layers.map(({ layer, shape }) => {
    const parameters = layer.ownParameters();
    const trained = parameters.some(({ requiresGrad }) => requiresGrad);
    const cells = parameters.length === 0 ? ["0", ""] : [counted(parameters), trained ? "yes" : "no"];
    return [layer.constructor.name, shape.slice(1).join(" x "), ...cells];
  });
  const all = model.parameters();
  const trained = all.filter(({ requiresGrad }) => requiresGrad);
  return {
    columns: ["layer", "output", "parameters", "trainable"],
    rows,
    caption:
      `${counted(all)} parameters, of which ${counted(trained)} are trained; images of ${size} x ${size}. ` +
      `A training step keeps ${megabytes(step.activations)} of activations an image, ` +
      `${megabytes(step.activations * step.bs)} for a batch of ${step.bs}, and ${megabytes(step.variables)} of weights, ` +
      "gradients and the optimizer's state; TensorFlow's working memory comes on top.",
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toPrecision(3)} MB`;

const counted = (variables: readonly Variable[]): string =>
  variables.reduce((sum, { size }) => sum + size, 0).toLocaleString("en-US");
