import { UserError } from "./errors.js";
import { shownValue } from "./shownValue.js";

/** Where a generator is in its sequence. */
export type RandomState = readonly [a: number, b: number, c: number, counter: number];

/**
 * The one source of randomness: a small seeded generator (sfc32, of PractRand), handed down to whoever draws.
 * Same seed, same numbers, on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /**
   * @param seed any integer
   * @param stream further integers that set independent streams of one seed apart, such as epoch and item
   */
  constructor(seed: number, ...stream: number[]) {
    if (![seed, ...stream].every(Number.isSafeInteger)) {
      throw new UserError(
        `The seed of Random is ${[seed, ...stream].map(shownValue).join(", ")}.`,
        "Give whole numbers: new Random(1).",
      );
    }
    let h = 0x9e3779b9;
    for (const part of [seed, ...stream]) {
      h = mix(h ^ (part | 0));
      h = mix(h ^ Math.floor(part / 2 ** 32));
    }
    this.a = h;
    this.b = mix(h + 0x6a09e667);
    this.c = mix(h + 0xbb67ae85);
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  /** Where the generator is; given back, it draws the same numbers again. */
  get state(): RandomState {
    return [this.a, this.b, this.c, this.counter];
  }

  /** Goes on from there. */
  set state([a, b, c, counter]: RandomState) {
    [this.a, this.b, this.c, this.counter] = [a, b, c, counter];
  }

  /** An integer in [0, 2^32). */
  nextUint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [lo, hi), by default in [0, 1), with 32 bits of resolution. */
  uniform(lo = 0, hi = 1): number {
    return lo + (hi - lo) * (this.nextUint32() / 2 ** 32);
  }

  /** A number in [lo, hi) whose logarithm is uniform; both bounds positive. */
  logUniform(lo: number, hi: number): number {
    return Math.exp(this.uniform(Math.log(lo), Math.log(hi)));
  }

  /** True with probability p. */
  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  /** A draw from the normal distribution with mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The integers 0..n-1 in random order. */
  permutation(n: number): number[] {
    return this.shuffle(Array.from({ length: n }, (_, i) => i));
  }

  /** Puts values in random order, in place (Fisher and Yates). */
  shuffle<T extends number[] | Float32Array>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = Math.floor(this.uniform(0, i + 1));
      [values[i], values[j]] = [values[j] ?? 0, values[i] ?? 0];
    }
    return values;
  }
}

/** The finalizer of MurmurHash3: spreads one bit's change over all 32. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
