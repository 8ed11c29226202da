/** fast.ai keeps pixels this far from 0 and 1, where the log odds would be infinite. */
const margin = 1e-7;

/**
 * Changes pixels in place: log odds l become `scale * l + shift` (FASTAI.md 2.4).
 * @param pixels in 0..1; the first `length` are changed
 * @param scale positive
 */
export function relight(pixels: Float32Array, length: number, scale: number, shift: number): void {
  // With odds o = p / (1 - p): the new odds are o^scale * e^shift.
  const factor = Math.exp(-shift);
  const plain = scale === 1;
  for (let k = 0; k < length; k++) {
    const p = Math.min(Math.max(pixels[k] ?? 0, margin), 1 - margin);
    const against = 1 / p - 1;
    pixels[k] = 1 / (1 + factor * (plain ? against : Math.exp(scale * Math.log(against))));
  }
}
