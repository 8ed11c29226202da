/**
 * Whether each item's class is among the `k` highest of its row of `[n, c]` values; of equal ones the first come
 * first. Where its own value is NaN it is not.
 */
export function inTopK(values: Float32Array, y: Int32Array, c: number, k: number): boolean[] {
  return Array.from(y, (actual, i) => {
    const row = values.subarray(i * c, (i + 1) * c);
    const own = row[actual] ?? NaN;
    // "Not below" rather than "above": a net that gives NaN has nothing right.
    const before = row.filter((value, j) => !(value < own) && !(value === own && j >= actual));
    return before.length < k;
  });
}
