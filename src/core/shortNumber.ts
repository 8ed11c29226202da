/**
 * A number in a few digits as a person writes it: 0.00312, 9.44e-6, 1.2e+4. JavaScript itself writes small numbers with
 * all their zeros.
 * @param digits significant ones
 */
export function shortNumber(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 10 ** Math.max(digits, 6)) return String(Number(value.toPrecision(digits)));
  return value.toExponential(digits - 1).replace(/\.?0+e/, "e");
}
