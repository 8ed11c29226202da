import type { Random } from "../../core/Random.js";
import type { Parameter } from "../../engine/Variable.js";
import type { Module } from "../layers/Module.js";

/** Draws values from the normal distribution with variance 2 / fan (He et al., "Delving Deep into Rectifiers", 2015). */
export function kaimingNormal(parameter: Parameter, fan: number, random: Random): void {
  const deviation = Math.sqrt(2 / fan);
  parameter.assignValues(Float32Array.from({ length: parameter.size }, () => deviation * random.normal()));
}

/** Draws a body's convolutions by the number of outputs that each input reaches, as torchvision's nets begin. */
export function drawConvolutions(net: Module, random: Random): void {
  for (const parameter of net.parameters()) {
    const [height = 1, width = 1, , out = 1] = parameter.shape;
    if (parameter.shape.length === 4) kaimingNormal(parameter, height * width * out, random);
  }
}
