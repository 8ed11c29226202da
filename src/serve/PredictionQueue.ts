import { busy } from "./Refused.js";

/** One image at a time, since the net uses all cores. Whoever has gone, or whose time is over, is left out. */
export class PredictionQueue {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();
  /** How long one image takes; the first guess is a slow machine's. */
  private meanSeconds = 1;

  constructor(private readonly longest: number) {}

  /**
   * @param signal when it is aborted nobody waits for the result any more; work that has not begun then never does
   * @throws Refused when too many wait; whatever the signal was aborted with
   */
  run<R>(work: () => Promise<R>, signal: AbortSignal): Promise<R> {
    if (this.waiting >= this.longest) throw busy(this.waiting * this.meanSeconds);
    this.waiting++;
    const result = this.last.then(async () => {
      this.waiting--;
      signal.throwIfAborted();
      const begun = performance.now();
      try {
        return await work();
      } finally {
        this.meanSeconds += 0.2 * ((performance.now() - begun) / 1000 - this.meanSeconds);
      }
    });
    this.last = result.catch(() => undefined);
    return Promise.race([result, aborted(signal)]);
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
