/** All bounds of the server: whoever asks, it stays alive, and answers within 10 s. Pixels are the decoder's to bound. */
export interface ServerLimits {
  /** Bytes of an upload. */
  readonly bytes: number;
  /** Memory of all uploads together that are arriving, waiting or being worked on. */
  readonly allBytes: number;
  /** Uploads that may be arriving at the same time. */
  readonly arriving: number;
  /** Uploads that have arrived and wait for the net. */
  readonly waiting: number;
  /** Milliseconds that an upload may take to arrive. */
  readonly uploadMs: number;
  /** After this time a slow upload is cut off: one that has less than `bytesPerSecond` for each second since. */
  readonly graceMs: number;
  readonly bytesPerSecond: number;
  /** Seconds that decoding an image may take. */
  readonly decodeSeconds: number;
  /** Milliseconds from a request's headers to its answer. */
  readonly answerMs: number;
  /** Milliseconds that a request's headers may take to arrive, and an idle connection is kept. */
  readonly headersMs: number;
  /** Open connections; the one that has been idle for longest makes room for a new one. */
  readonly connections: number;
  /** Milliseconds in which the rest of a refused upload is taken and thrown away, so that the answer is read. */
  readonly lingerMs: number;
}

/** For a page on one's own machine or in one's own network. */
export const defaultLimits: ServerLimits = {
  bytes: 20e6,
  allBytes: 120e6,
  arriving: 16,
  waiting: 4,
  uploadMs: 6000,
  graceMs: 2000,
  bytesPerSecond: 50e3,
  decodeSeconds: 3,
  answerMs: 7000,
  headersMs: 4000,
  connections: 64,
  lingerMs: 1000,
};
