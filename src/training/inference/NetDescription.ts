import type { ExportedLearner } from "./ExportedLearner.js";

/** What a description is made of. */
export type DescribedNet = Pick<
  ExportedLearner,
  "arch" | "classes" | "preparation" | "positiveClass" | "temperature" | "labelThresholds"
>;

/** What a net takes and what it gives, for whoever runs it elsewhere: the metadata of an exported file. */
export interface NetDescription {
  /** The net, as `models` names it. */
  readonly architecture: string;
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  /** The class that the net's recall and precision speak of; undefined: means over the classes. */
  readonly positiveClass?: string;
  /** Side of the square images that it was validated with, in pixels; others work too. */
  readonly size: number;
  /** What a pixel's numbers are before `mean` and `std`. */
  readonly pixels: "RGB in 0..1";
  /** To be subtracted, for each channel. */
  readonly mean: readonly number[];
  /** To divide by afterwards. */
  readonly std: readonly number[];
  /**
   * What the logits are to be divided by, where the net was calibrated: the file's own probabilities are those without
   * it, p; with it they are p^(1/temperature), divided by their sum.
   */
  readonly temperature?: number;
  /**
   * Where images may have several labels, from which probability on an image has each, in the order of the classes: each
   * probability is then one by itself.
   */
  readonly labelThresholds?: readonly number[];
}

export function describeNet(net: DescribedNet): NetDescription {
  const { arch, classes, positiveClass } = net;
  const { size, stats } = net.preparation;
  const { mean, std } = stats ?? { mean: [0, 0, 0], std: [1, 1, 1] };
  const of = positiveClass === undefined ? {} : { positiveClass };
  const calibrated = net.temperature === undefined ? {} : { temperature: net.temperature };
  const { labelThresholds } = net;
  return {
    ...{ architecture: arch, classes, ...of, size, pixels: "RGB in 0..1", mean, std, ...calibrated },
    ...(labelThresholds && { labelThresholds }),
  };
}
