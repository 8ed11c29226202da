import { valueAt } from "../core/valueAt.js";

/** How a minimum is looked for. */
export interface LbfgsOptions {
  /** It is found where no part of the gradient is larger than this. */
  readonly tolerance: number;
  /** The search ends there after so many steps. */
  readonly maxSteps: number;
  /** Called before each step: gives others their turn, and throws to end the search. */
  readonly check: () => Promise<void>;
}

/** Steps that the curvature is taken from. */
const memory = 10;
/** A step counts once it gains this share of what the gradient promises (Armijo). */
const sufficient = 1e-4;
const mostHalvings = 40;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/**
 * The minimum of a smooth convex function, by L-BFGS with backtracking (Nocedal and Wright, "Numerical Optimization", 2006,
 * algorithms 7.4 and 7.5).
 * @param f gives the value and writes the gradient
 * @param start is left as it is
 */
export async function lbfgs(
  f: (at: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  { tolerance, maxSteps, check }: LbfgsOptions,
): Promise<Float64Array> {
  let at = start.slice();
  let gradient = new Float64Array(at.length);
  let value = f(at, gradient);
  const pairs: Pair[] = [];
  for (let step = 0; step < maxSteps && largest(gradient) > tolerance; step++) {
    await check();
    const direction = descent(gradient, pairs);
    const promised = dot(direction, gradient);
    let length = pairs.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(at.length);
    const nextGradient = new Float64Array(at.length);
    let found: number;
    for (let halving = 0; ; halving++, length /= 2) {
      // The last steps change the value by less than its rounding errors.
      if (halving === mostHalvings) return at;
      for (let k = 0; k < at.length; k++) next[k] = (at[k] ?? 0) + length * (direction[k] ?? 0);
      found = f(next, nextGradient);
      if (found <= value + sufficient * length * promised) break;
    }
    const moved = next.map((each, k) => each - (at[k] ?? 0));
    const change = nextGradient.map((each, k) => each - (gradient[k] ?? 0));
    const product = dot(moved, change);
    if (product > 0) pairs.push({ step: moved, change, product });
    if (pairs.length > memory) pairs.shift();
    [at, gradient, value] = [next, nextGradient, found];
  }
  return at;
}

/** The direction of the next step: minus the inverse curvature, as far as it is known, times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((each) => -each);
  const shares = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, product } = valueAt(pairs, k);
    const share = dot(step, direction) / product;
    shares[k] = share;
    addTo(direction, change, -share);
  }
  const last = pairs[pairs.length - 1];
  if (last) {
    const scale = last.product / dot(last.change, last.change);
    for (let k = 0; k < direction.length; k++) direction[k] = scale * (direction[k] ?? 0);
  }
  pairs.forEach(({ step, change, product }, k) => {
    addTo(direction, step, (shares[k] ?? 0) - dot(change, direction) / product);
  });
  return direction;
}

function addTo(sum: Float64Array, values: Float64Array, factor: number): void {
  for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] ?? 0) + factor * (values[k] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] ?? 0) * (b[k] ?? 0);
  return total;
}

const largest = (values: Float64Array): number =>
  values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
