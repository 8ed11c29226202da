/** The number of bits in which two hashes of 32-bit words differ, counted one by one. */
export function hashDistance(one: Uint32Array, other: Uint32Array): number {
  const bitsOf = (word: number): number => (word >>> 0).toString(2).replaceAll("0", "").length;
  return one.reduce((sum, word, k) => sum + bitsOf(word ^ (other[k] ?? 0)), 0);
}
