import type { Random } from "../core/Random.js";

/** How a batch of n items is mixed: item i becomes `lambda[i]` of itself and the rest of item `permutation[i]`. */
export interface Mix {
  /** `[n]`, each in [0.5, 1]. */
  readonly lambda: Float32Array;
  /** `[n]`, indices in the batch. */
  readonly permutation: Int32Array;
}

/** Draws how the next batch of `n` items is mixed. */
export type DrawMix = (n: number) => Mix;

/** The mix that leaves everything as it is. */
export const unmixed: DrawMix = (n) => ({
  lambda: new Float32Array(n).fill(1),
  permutation: Int32Array.from({ length: n }, (_, i) => i),
});

/**
 * MixUp (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017) as fast.ai's `MixUpCallback` draws it: for
 * each item a share from Beta(alpha, alpha), or one less it where that is more, and another item of the batch.
 * @param alpha above 0; fast.ai's default is 0.4
 */
export function mixUp(alpha: number, random: Random): DrawMix {
  return (n) => {
    const lambda = Float32Array.from({ length: n }, () => {
      const share = betaDraw(alpha, random);
      return Math.max(share, 1 - share);
    });
    return { lambda, permutation: Int32Array.from(random.permutation(n)) };
  };
}

/** From Beta(alpha, alpha): one of two equal gammas over their sum. */
function betaDraw(alpha: number, random: Random): number {
  const [a, b] = [logGammaDraw(alpha, random), logGammaDraw(alpha, random)];
  return 1 / (1 + Math.exp(b - a));
}

/**
 * The logarithm of a draw from Gamma(alpha, 1) (Marsaglia and Tsang, "A Simple Method for Generating Gamma
 * Variables", 2000); of the logarithm, since for a small alpha the draw itself may be too small for a number.
 */
function logGammaDraw(alpha: number, random: Random): number {
  if (alpha < 1) return logGammaDraw(alpha + 1, random) + Math.log(1 - random.uniform(0, 1)) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    const u = 1 - random.uniform(0, 1);
    if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
