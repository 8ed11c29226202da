/** What a random number is for: the first number behind the seed keeps the uses apart. */
export const randomStreams = {
  split: 1,
  subset: 2,
  train: 3,
  valid: 4,
  /** Looking at a batch must not change what training sees. */
  look: 5,
  phantom: 6,
  /** Which of the precomputed variants of an image is taken. */
  variant: 7,
  /** Which images judge each other in an audit. */
  folds: 8,
} as const;
