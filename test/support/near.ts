import assert from "node:assert/strict";

/** Asserts that no value is farther off than `tolerance`, as a share of the largest expected one where that exceeds 1. */
export function near(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  const largest = (values: number[]) => values.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), 0);
  const scale = Math.max(1, largest(Array.from(expected, Math.abs)));
  const worst = largest(Array.from(actual, (value, i) => Math.abs(value - (expected[i] ?? NaN))));
  assert.ok(worst / scale <= tolerance, `${what}: off by ${worst} of ${scale}`);
}
