import { matMul } from "../engine/operations/mathOps.js";
import { tf } from "../engine/tensorflow.js";
import { valueAt } from "../core/valueAt.js";

/** The items whose features are most like those of each item, the nearest first. */
export interface Neighbours {
  /** Neighbours of each item: all others, where these are fewer than were asked for. */
  readonly k: number;
  /** `[n, k]` places of items. */
  readonly places: Int32Array;
  /** `[n, k]` cosines of the angles between their features, -1..1. */
  readonly similarities: Float32Array;
}

/** Items that are compared with all others at once. */
const block = 256;

/**
 * The nearest neighbours of each item by the cosine of the angle between their features.
 * @param features `[n, width]` row by row
 * @param check called again and again: gives others their turn, and throws to end the search
 */
export async function nearestNeighbours(
  features: Float32Array,
  n: number,
  most: number,
  check: () => Promise<void>,
): Promise<Neighbours> {
  const width = features.length / Math.max(1, n);
  const k = Math.max(0, Math.min(most, n - 1));
  const places = new Int32Array(n * k);
  const similarities = new Float32Array(n * k).fill(-Infinity);
  if (k === 0) return { k, places, similarities };
  const unit = unitRows(features, n, width);
  const all = tf.tensor2d(unit, [n, width]);
  try {
    for (let start = 0; start < n; start += block) {
      await check();
      const end = Math.min(n, start + block);
      const cosines = tf.tidy(() => {
        const some = tf.tensor2d(unit.subarray(start * width, end * width), [end - start, width]);
        return matMul(some, all, { transposeB: true });
      });
      const found = await cosines.data<"float32">();
      cosines.dispose();
      for (let item = start; item < end; item++) {
        const own = found.subarray((item - start) * n, (item - start + 1) * n);
        takeLargest(own, item, places.subarray(item * k, (item + 1) * k), similarities.subarray(item * k));
      }
    }
  } finally {
    all.dispose();
  }
  return { k, places, similarities };
}

/** Writes the places of the largest values but the item's own, and these values. */
function takeLargest(values: Float32Array, item: number, places: Int32Array, largest: Float32Array): void {
  const k = places.length;
  for (let other = 0; other < values.length; other++) {
    const value = valueAt(values, other);
    if (other === item || value <= valueAt(largest, k - 1)) continue;
    let at = k - 1;
    for (; at > 0 && valueAt(largest, at - 1) < value; at--) {
      largest[at] = valueAt(largest, at - 1);
      places[at] = valueAt(places, at - 1);
    }
    [largest[at], places[at]] = [value, other];
  }
}

/** Rows of length 1; one of zeros stays, and is like no other. */
function unitRows(features: Float32Array, n: number, width: number): Float32Array {
  const unit = features.slice();
  for (let row = 0; row < n; row++) {
    const own = unit.subarray(row * width, (row + 1) * width);
    let squares = 0;
    for (const value of own) squares += value * value;
    const length = Math.sqrt(squares);
    if (length > 0) for (let j = 0; j < width; j++) own[j] = valueAt(own, j) / length;
  }
  return unit;
}
