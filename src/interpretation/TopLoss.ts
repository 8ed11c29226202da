/** An item, and how badly it was predicted. */
export interface TopLoss {
  /** Index in the set. */
  readonly index: number;
  /** Undefined where the predictions came without paths. */
  readonly path: string | undefined;
  /** Cross-entropy. */
  readonly loss: number;
  /** Its class. */
  readonly actual: string;
  /** The class with the highest probability. */
  readonly predicted: string;
  /** The probability of the actual class, in 0..1. */
  readonly probability: number;
}
