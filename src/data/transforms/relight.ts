/** fast.ai keeps pixels this far from 0 and 1, where the log odds would be infinite. */
const margin = 1e-7;

/**
 * Changes pixels in place: log odds l become `scale * l + shift` (as `brightness` and `contrast` of fastai v1), exact to 1e-6 for contrasts of
 * 0.8 to 1.25.
 * @param pixels in 0..1; the first `length` are changed
 * @param scale positive
 */
export function relight(pixels: Float32Array, length: number, scale: number, shift: number): void {
  // With odds o = p / (1 - p): the new odds are o^scale * e^shift.
  const factor = Math.exp(-shift);
  if (scale === 1) {
    for (let k = 0; k < length; k++) {
      const p = within(pixels[k] ?? 0);
      pixels[k] = p / (p + factor * (1 - p));
    }
    return;
  }
  const black = lit(margin, scale, factor);
  fillCurve(scale, factor);
  for (let k = 0; k < length; k++) {
    const p = pixels[k] ?? 0;
    const place = p * cells;
    const cell = place | 0;
    if (cell >= steep && cell < cells - steep) {
      const u = place - cell;
      const at = 4 * cell;
      const bend = (curve[at + 3] ?? 0) * u + (curve[at + 2] ?? 0);
      pixels[k] = (bend * u + (curve[at + 1] ?? 0)) * u + (curve[at] ?? 0);
    } else {
      pixels[k] = p <= margin ? black : lit(within(p), scale, factor);
    }
  }
}

const within = (p: number): number => Math.min(Math.max(p, margin), 1 - margin);

/** The pixel `p` in the new light. */
const lit = (p: number, scale: number, factor: number): number =>
  1 / (1 + factor * Math.exp(scale * Math.log(1 / p - 1)));

// Two transcendental functions a pixel took as long as all the rest of the augmentation. Between `steep` cells from
// either end a cubic in each cell of 0..1, with the curve's values and slopes at its ends, is as good.
const cells = 256;
const steep = 4;
/** Four coefficients a cell, the constant first; used by one image after the other. */
const curve = new Float64Array(4 * cells);

function fillCurve(scale: number, factor: number): void {
  let value = 0;
  let slope = 0;
  for (let cell = steep; cell <= cells - steep; cell++) {
    const p = cell / cells;
    const nextValue = lit(p, scale, factor);
    const nextSlope = (scale * nextValue * (1 - nextValue)) / (p * (1 - p) * cells);
    if (cell > steep) {
      const rise = nextValue - value;
      const at = 4 * (cell - 1);
      curve[at] = value;
      curve[at + 1] = slope;
      curve[at + 2] = 3 * rise - 2 * slope - nextSlope;
      curve[at + 3] = slope + nextSlope - 2 * rise;
    }
    value = nextValue;
    slope = nextSlope;
  }
}
