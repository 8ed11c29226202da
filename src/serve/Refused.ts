/** A request that is not fulfilled, with its HTTP status and words for the person. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Seconds after which it may be tried again, where that helps. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

export const busy = (seconds: number): Refused =>
  new Refused(503, "The net is busy. Try again in a moment.", Math.max(1, Math.ceil(seconds)));
