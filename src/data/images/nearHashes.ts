import { hashBits } from "./imageHash.js";

/** Parts that a hash is cut into, each of as many bits. */
const parts = 16;
const partBits = hashBits / parts;

/** A part is looked up with so many bits changed, at most; beyond, comparing all with all is as fast. */
const mostChanged = 2;

/** Hashes between two looks at whether the person asked for a stop. */
const between = 512;

/**
 * Finds all pairs of hashes that differ in few bits. Two hashes of 16 parts that differ in `maxDistance` bits differ in at most
 * a 16th of them in one part at least, so that each hash is compared only with those that nearly share a part
 * (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", 2012). From 48 bits on all are
 * compared with all.
 * @param hashes each 256 bits in 8 words
 * @param maxDistance 0..255
 * @param isAsked whether a pair is of interest; the others are not compared
 * @param check called again and again: gives others their turn, and throws to end the search
 * @param found called once for each pair, in any order, with the places of the two, the first one before the second, and
 * the number of bits in which they differ
 */
export async function nearHashes(
  hashes: readonly Uint32Array[],
  maxDistance: number,
  isAsked: (first: number, second: number) => boolean,
  check: () => Promise<void>,
  found: (first: number, second: number, distance: number) => void,
): Promise<void> {
  const words = partsOf(hashes);
  const changed = Math.floor(maxDistance / parts);
  /** @param part pairs that an earlier part has found are passed over */
  const compare = (first: number, second: number, part: number): void => {
    if (!isAsked(first, second)) return;
    let distance = 0;
    for (let k = 0; k < parts; k++) {
      const bits = bitCounts[(words[parts * first + k] ?? 0) ^ (words[parts * second + k] ?? 0)] ?? 0;
      if (k < part && bits <= changed) return;
      distance += bits;
      if (distance > maxDistance) return;
    }
    found(first, second, distance);
  };
  if (changed > mostChanged) {
    for (let second = 0; second < hashes.length; second++) {
      if (second % between === 0) await check();
      for (let first = 0; first < second; first++) compare(first, second, 0);
    }
  } else {
    const masks = Uint16Array.from(bitCounts.keys()).filter((mask) => (bitCounts[mask] ?? 0) <= changed);
    for (let part = 0; part < parts; part++) {
      // Of each value of the part the last hash that has it, and of each hash the one before it.
      const last = new Int32Array(2 ** partBits).fill(-1);
      const before = new Int32Array(hashes.length);
      for (let second = 0; second < hashes.length; second++) {
        if (second % between === 0) await check();
        const word = words[parts * second + part] ?? 0;
        for (const mask of masks) {
          for (let first = last[word ^ mask] ?? -1; first >= 0; first = before[first] ?? -1) {
            compare(first, second, part);
          }
        }
        before[second] = last[word] ?? -1;
        last[word] = second;
      }
    }
  }
}

/**
 * The parts of all hashes, one after the other. A part has bits of all frequencies of the image, low and high ones:
 * those of the lowest alone are nearly the same in all X-rays.
 */
function partsOf(hashes: readonly Uint32Array[]): Uint16Array {
  const words = new Uint16Array(parts * hashes.length);
  hashes.forEach((hash, k) => {
    for (let bit = 0; bit < hashBits; bit++) {
      if (((hash[bit >> 5] ?? 0) & (1 << (bit & 31))) === 0) continue;
      const row = Math.floor(bit / partBits);
      const at = parts * k + ((row + bit) % parts);
      words[at] = (words[at] ?? 0) | (1 << row);
    }
  });
  return words;
}

/** How many bits are set in each number of 16 bits. */
const bitCounts = Uint8Array.from({ length: 2 ** partBits }, (_, number) => {
  let bits = 0;
  for (let rest = number; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});
