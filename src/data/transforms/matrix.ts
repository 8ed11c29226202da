/** A 3 x 3 matrix row by row, on points (x, y, 1). */
export type Matrix3 = readonly [
  number,
  number,
  number, // prettier-ignore
  number,
  number,
  number,
  number,
  number,
  number,
];

export const identity: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** The product a·b: b acts on a point first. */
export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const [a0, a1, a2, a3, a4, a5, a6, a7, a8] = a;
  const [b0, b1, b2, b3, b4, b5, b6, b7, b8] = b;
  return [
    a0 * b0 + a1 * b3 + a2 * b6,
    a0 * b1 + a1 * b4 + a2 * b7,
    a0 * b2 + a1 * b5 + a2 * b8,
    a3 * b0 + a4 * b3 + a5 * b6,
    a3 * b1 + a4 * b4 + a5 * b7,
    a3 * b2 + a4 * b5 + a5 * b8,
    a6 * b0 + a7 * b3 + a8 * b6,
    a6 * b1 + a7 * b4 + a8 * b7,
    a6 * b2 + a7 * b5 + a8 * b8,
  ];
}

/** The point m·(x, y, 1), divided by its third component. */
export function applyTo(m: Matrix3, x: number, y: number): readonly [x: number, y: number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}
