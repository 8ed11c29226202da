/** The index of the largest of `length` values from `start` on; the first one of equals. */
export function argmax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] ?? -Infinity) > (values[start + best] ?? -Infinity)) best = i;
  }
  return best;
}

/** The same of each row of `[n, c]` values. */
export function argmaxOfRows(values: Float32Array, c: number): number[] {
  return Array.from({ length: values.length / c }, (_, row) => argmax(values, row * c, c));
}
