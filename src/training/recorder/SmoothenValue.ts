/** How much of the average a new value leaves: fast.ai's. */
export const smoothing = 0.98;

/** The uncorrected average, and how many values it is of. */
export type SmoothenState = readonly [average: number, n: number];

/** fast.ai's smoothed loss: an exponential average, corrected for its start at zero (as Adam's moments are). */
export class SmoothenValue {
  private average = 0;
  private n = 0;

  constructor(private readonly beta = smoothing) {}

  /** Takes the next value and returns the smoothed one. */
  add(value: number): number {
    this.n++;
    this.average = this.beta * this.average + (1 - this.beta) * value;
    return this.value;
  }

  /** Where it is; given back, it goes on from there. */
  get state(): SmoothenState {
    return [this.average, this.n];
  }

  set state([average, n]: SmoothenState) {
    [this.average, this.n] = [average, n];
  }

  /** NaN before the first value. */
  get value(): number {
    return this.average / (1 - this.beta ** this.n);
  }
}
