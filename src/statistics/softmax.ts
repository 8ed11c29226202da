/** Probabilities from logits `[n, c]` row by row. */
export function softmax(logits: Float32Array, c: number): Float32Array {
  const probs = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += c) {
    const values = logits.subarray(row, row + c);
    const highest = Math.max(...values);
    const powers = Array.from(values, (value) => Math.exp(value - highest));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, i) => (probs[row + i] = power / sum));
  }
  return probs;
}
