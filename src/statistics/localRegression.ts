import { valueAt } from "../core/valueAt.js";

/** Items in the order of their x. */
export interface SortedItems {
  readonly x: Float64Array;
  /** Which item each place holds. */
  readonly order: Int32Array;
}

/** Puts items in the order of their x. */
export function sortedItems(x: Float64Array): SortedItems {
  const order = Int32Array.from(x, (_, i) => i).sort((a, b) => valueAt(x, a) - valueAt(x, b));
  return { x: Float64Array.from(order, (i) => valueAt(x, i)), order };
}

/** What the curve's height at one place is made of: the sum of `weights` times the outcomes of places from `from` on. */
export interface LocalWeights {
  readonly from: number;
  readonly weights: Float64Array;
}

/** The share of the items that a place of the curve is fitted to. */
const span = 0.75;

/**
 * Local regression, loess: a parabola through the nearest three quarters of the items, with tricube weights, computed at
 * the place itself (Cleveland, 1979; R's `loess` with `surface = "direct"`). The height is a sum of the outcomes with
 * weights that depend on x alone.
 * @returns undefined where all of the nearest items have the same x as the place
 */
export function localWeights({ x }: SortedItems, place: number): LocalWeights | undefined {
  const near = Math.min(x.length, Math.floor(x.length * span + 1e-5));
  const from = windowStart(x, place, near);
  const reach = Math.max(place - valueAt(x, from), valueAt(x, from + near - 1) - place);
  if (!(reach > 0)) return undefined;
  // Distances in parts of the reach; orthogonal polynomials keep the digits where the items crowd.
  const u = new Float64Array(near);
  const w = new Float64Array(near);
  let [total, first] = [0, 0];
  for (let k = 0; k < near; k++) {
    const d = ((x[from + k] ?? 0) - place) / reach;
    const a = Math.abs(d);
    const falling = a < 1 ? 1 - a * a * a : 0;
    const weight = falling * falling * falling;
    u[k] = d;
    w[k] = weight;
    total += weight;
    first += weight * d;
  }
  const centre = first / total;
  let [square, second, mixed] = [0, 0, 0];
  for (let k = 0; k < near; k++) {
    const [d, weight] = [u[k] ?? 0, w[k] ?? 0];
    const linear = d - centre;
    square += weight * linear * linear;
    second += weight * d * d;
    mixed += weight * d * d * linear;
  }
  const [mean, tilt] = [second / total, square > tiny * total ? mixed / square : 0];
  const bend = (d: number) => d * d - mean - tilt * (d - centre);
  let curved = 0;
  for (let k = 0; k < near; k++) {
    const height = bend(u[k] ?? 0);
    curved += (w[k] ?? 0) * height * height;
  }
  // With two different x no parabola is determined, and with one no line.
  const linear = square > tiny * total ? -centre / square : 0;
  const parabolic = curved > tiny * total ? bend(0) / curved : 0;
  for (let k = 0; k < near; k++) {
    const d = u[k] ?? 0;
    w[k] = (w[k] ?? 0) * (1 / total + linear * (d - centre) + parabolic * bend(d));
  }
  return { from, weights: w };
}

/** What is smaller than this part of the weights is a rounding error. */
const tiny = 1e-24;

/** Where the `near` items begin that are nearest to a place. */
function windowStart(x: Float64Array, place: number, near: number): number {
  let [low, high] = [0, x.length - near];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place - valueAt(x, middle) > valueAt(x, middle + near) - place) low = middle + 1;
    else high = middle;
  }
  return low;
}
