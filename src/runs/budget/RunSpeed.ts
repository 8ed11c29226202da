/** How fast a run's parts are on this machine, as measured with its own net and images. */
export interface RunSpeed {
  /** At one size of images, or at two. */
  readonly steps: readonly StepSpeed[];
  /** Seconds of a process from its start until a learner is made: what cannot be measured goes by it. */
  readonly startSeconds: number;
  /** Seconds that finding and checking an image took. */
  readonly secondsAnImage: number;
}

/** Seconds of a batch of some images of one size, and what comes before the first. */
export interface StepSpeed {
  /** Side of the images, in pixels. */
  readonly size: number;
  /** Images in a batch. */
  readonly bs: number;
  /** A training step with the body frozen. */
  readonly frozen: number;
  /** A training step of the whole net. */
  readonly unfrozen: number;
  /** A batch of validation. */
  readonly valid: number;
  /** What a fit's first step takes beyond the others: recording and planning its graph. */
  readonly graph: number;
}

/**
 * A step's seconds at another size: what an image costs grows with its pixels, c0 + c1 * size^2.
 * @param speeds at one size, where all of it grows with the pixels, or at several, of which the two nearest count
 */
export function stepAt(size: number, speeds: readonly StepSpeed[]): StepSpeed {
  const [near, other] = [...speeds].sort((a, b) => Math.abs(a.size - size) - Math.abs(b.size - size));
  if (!near) throw new Error("no step was measured");
  const at = (what: "frozen" | "unfrozen" | "valid"): number => {
    if (near.size === size) return near[what];
    const fromZero = near[what] / near.size ** 2;
    // Noise must not have bigger images cost less.
    const slope = other
      ? Math.max(0, (near[what] - other[what]) / (near.size ** 2 - other.size ** 2))
      : fromZero;
    return Math.max(near[what] + slope * (size ** 2 - near.size ** 2), 0.1 * fromZero * size ** 2);
  };
  const { bs, graph } = near;
  return { size, bs, frozen: at("frozen"), unfrozen: at("unfrozen"), valid: at("valid"), graph };
}
