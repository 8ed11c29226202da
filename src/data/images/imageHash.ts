import type { Pixels } from "./Pixels.js";
import { areaAverage } from "../transforms/areaAverage.js";

/** Bits of a hash. */
export const hashBits = 256;

const side = 32;
const kept = 16;

/**
 * A perceptual hash: the image averaged to 32 x 32 grey values, the 16 x 16 lowest frequencies of its cosine
 * transform, and for each whether it is above their median (pHash; Zauner, "Implementation and Benchmarking of
 * Perceptual Image Hash Functions", 2010, there with 8 x 8: chest X-rays are too much alike for 64 bits).
 * @returns 256 bits in 8 words
 */
export function imageHash(pixels: Pixels): Uint32Array {
  const frequencies = lowFrequencies(thumbnail(pixels));
  // The mean brightness says nothing of the shapes.
  frequencies[0] = 0;
  const median = frequencies.slice().sort()[hashBits / 2] ?? 0;
  const words = new Uint32Array(hashBits / 32);
  frequencies.forEach((value, bit) => {
    if (value > median) words[bit >> 5] = (words[bit >> 5] ?? 0) | (1 << (bit & 31));
  });
  return words;
}

/** The number of bits in which two hashes differ. */
export function hashDistance(one: Uint32Array, other: Uint32Array): number {
  let bits = 0;
  for (let k = 0; k < one.length; k++) {
    let rest = (one[k] ?? 0) ^ (other[k] ?? 0);
    rest -= (rest >>> 1) & 0x55555555;
    rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
    bits += Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return bits;
}

/**
 * The hash of the mirror image, left for right, up to a few bits near the median: it has every other frequency along the rows
 * with the opposite sign.
 */
export const mirroredHash = (hash: Uint32Array): Uint32Array => hash.map((word) => word ^ 0xaaaaaaaa);

/** Grey values, `[32, 32]`. */
function thumbnail({ data, height, width, channels }: Pixels): Float32Array {
  const small = new Float32Array(side * side * channels);
  areaAverage(data, height, width, channels, small, side, side);
  if (channels === 1) return small;
  return Float32Array.from({ length: side * side }, (_, k) => {
    const [red = 0, green = 0, blue = 0] = small.subarray(3 * k);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

const cosines = Array.from({ length: kept }, (_, k) =>
  Float64Array.from({ length: side }, (__, x) => Math.cos((Math.PI * (2 * x + 1) * k) / (2 * side))),
);

/** The cosine transform's lowest frequencies, `[16, 16]`, up to a factor that is the same for all but the edges. */
function lowFrequencies(values: Float32Array): Float64Array {
  const rows = cosines.map((cosine) =>
    Float64Array.from({ length: side }, (_, y) => dot(values.subarray(y * side, (y + 1) * side), cosine)),
  );
  return Float64Array.from(cosines.flatMap((cosine) => rows.map((row) => dot(row, cosine))));
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < b.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}
