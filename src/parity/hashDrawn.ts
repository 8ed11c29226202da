import { Random } from "../core/Random.js";
import { Cnn } from "../models/Cnn.js";
import { netNamed } from "../models/bodies/backbones.js";
import type { Body } from "../models/bodies/Body.js";
import { createHead } from "../models/createHead.js";
import type { Sequential } from "../models/layers/Sequential.js";
import { fromTorch, torchShape } from "../models/weights/torchLayout.js";

/**
 * A net under fast.ai's head for two classes, without dropout. Its weights and statistics are drawn by a hash, as
 * `test/parity/oracle/nets.py` draws them: deep nets neither fade nor explode, and no file is needed.
 * @throws UserError when no net of that name is defined
 */
export function hashDrawnNet(name: string): Cnn {
  const body = hashDrawnBody(name);
  const head = createHead("1", { features: body.features, c: 2, ps: 0 }, new Random(0));
  draw(head);
  return new Cnn(body, head);
}

/**
 * The body of such a net.
 * @throws UserError when no net of that name is defined
 */
export function hashDrawnBody(name: string): Body {
  const { backbone, spec } = netNamed(name);
  const body = backbone.build("0", spec);
  draw(body.net);
  return body;
}

function draw(part: Sequential): void {
  for (const variable of part.state()) {
    const shape = torchShape(variable);
    const stored = { name: variable.name, shape, values: hashInitial(variable.name, shape) };
    fromTorch(variable, stored, "the drawn weights");
  }
}

/** Weights by He; in batch norms weights about 0.4, variances about 1, biases and means about 0. */
export function hashInitial(name: string, shape: readonly number[]): Float32Array {
  const product = (sides: readonly number[]): number => sides.reduce((size, side) => size * side, 1);
  const part = name.slice(name.lastIndexOf(".") + 1);
  const weight = shape.length > 1 ? [Math.sqrt(6 / product(shape.slice(1))), 0] : [0.1, 0.4];
  const [scale = 0.1, shift = 0] = { weight, running_var: [0.3, 1] }[part] ?? [];
  return hashDrawn(name, product(shape)).map((value) => shift + scale * value);
}

/**
 * Numbers from -1 to 1: the hash of each index times 0x9E3779B1, plus the hash of the name.
 * @param name in ASCII
 */
export function hashDrawn(name: string, size: number): Float32Array {
  let seed = 0;
  for (const byte of Buffer.from(name)) seed = (Math.imul(31, seed) + byte) | 0;
  const start = hash32(seed);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = hash32(Math.imul(i, 0x9e3779b1) + start) / 2 ** 31 - 1;
  return values;
}

/** MurmurHash3's finalizer of 32-bit numbers. */
function hash32(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
