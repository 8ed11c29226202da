/**
 * Cosine annealing from `start` (at progress 0) to `end` (at 1), as fast.ai's `annealing_cos`.
 * @param progress in [0, 1]
 */
export function annealingCos(start: number, end: number, progress: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * progress) + 1);
}

/** Geometric annealing from `start` to `end`, as fast.ai's `annealing_exp`; both of one sign. */
export function annealingExp(start: number, end: number, progress: number): number {
  return start * (end / start) ** progress;
}
