import type { ExportedLearner } from "./exportLearner.js";

/** What is to be known of a net that leaves this program: fields of the metadata in its file. */
export type DescribedNet = Pick<ExportedLearner, "arch" | "classes" | "preparation">;

/** What a net's input is and what its outputs mean, for whoever runs it elsewhere. */
export interface NetDescription {
  readonly architecture: string;
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  /** Side of the square images that it was validated with, in pixels; others work too. */
  readonly size: number;
  /** What a pixel's numbers are before `mean` and `std`. */
  readonly pixels: "RGB in 0..1";
  /** To be subtracted, for each channel. */
  readonly mean: readonly number[];
  /** To divide by afterwards. */
  readonly std: readonly number[];
}

export function describeNet({ arch, classes, preparation: { size, stats } }: DescribedNet): NetDescription {
  const { mean, std } = stats ?? { mean: [0, 0, 0], std: [1, 1, 1] };
  return { architecture: arch, classes, size, pixels: "RGB in 0..1", mean, std };
}
