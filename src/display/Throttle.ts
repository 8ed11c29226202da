/** Milliseconds that only grow; tests hand in their own. */
export type Clock = () => number;

export const systemClock: Clock = () => performance.now();

/** Lets something happen at most once in an interval. */
export class Throttle {
  private last = -Infinity;

  constructor(
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {}

  /** Whether it is time; if so, the interval starts anew. */
  ready(): boolean {
    const now = this.clock();
    if (now - this.last < this.intervalMs) return false;
    this.last = now;
    return true;
  }
}
