import type { Table } from "../display/Display.js";
import { tf } from "../engine/tensorflow.js";
import type { Variable } from "../engine/Variable.js";
import type { Cnn } from "../models/Cnn.js";
import type { Module } from "../models/layers/Module.js";

/**
 * A net's layers with the shapes they give for one image, their parameters, and whether these are trained: fast.ai's
 * `model_summary`. It runs one blank image through the net in evaluation mode.
 * @param size side of the square images, in pixels
 */
export function summary(model: Cnn, size: number): Table {
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
    caption: `${counted(all)} parameters, of which ${counted(trained)} are trained; images of ${size} x ${size}`,
  };
}

const counted = (variables: readonly Variable[]): string =>
  variables.reduce((sum, { size }) => sum + size, 0).toLocaleString("en-US");
