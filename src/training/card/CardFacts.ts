import type { CardDecision } from "./cardDecision.js";

/** What is known of an exported net, in sentences, for the rows of its model card; what is not known is left out. */
export interface CardFacts {
  /** What it is and tells apart. */
  readonly purpose?: string;
  /** What it is not, where its images may be of patients. */
  readonly caution?: string;
  /** Its layers, inputs and outputs. */
  readonly architecture?: string;
  /** What its weights were before it was trained. */
  readonly initialWeights?: string;
  /** Which images it was made of, and where they come from. */
  readonly data?: string;
  /** How many images of each class are in each set. */
  readonly images?: string;
  /** Whose images they are. */
  readonly patients?: string;
  /** How the sets were divided. */
  readonly split?: string;
  /** Whether one patient has images in several sets. */
  readonly disjoint?: string;
  /** Whether patients with test images had a part in the training. */
  readonly testApart?: string;
  /** Images that were drawn of all that there are. */
  readonly subsets?: string;
  /** What became of files that cannot be read. */
  readonly unreadable?: string;
  /** What is done to an image before the net sees it. */
  readonly preprocessing?: string;
  /** What is done to training images besides. */
  readonly augmentation?: string;
  /** Fits, rates, loss and optimizer. */
  readonly training?: string;
  /** Which epoch's net was taken, and what else was chosen on which images. */
  readonly selection?: string;
  /** Whether rare classes were given more weight. */
  readonly imbalance?: string;
  /** From which probability on a class is predicted. */
  readonly decision?: string;
  /** Whether probabilities are those of a calibrated net. */
  readonly calibration?: string;
  /** When an answer counts as uncertain. */
  readonly uncertainty?: string;
  /** What decides every draw. */
  readonly seed?: string;
  /** Programs and their versions. */
  readonly software?: string;
  /** How many nets speak in an answer. */
  readonly ensemble?: string;
  /** How a net's answer can be looked into. */
  readonly explanation?: string;
  /** How its predictions are had. */
  readonly use?: string;
  /** What becomes of an input that cannot be used. */
  readonly badInput?: string;
  /** Which images it was judged on, and what they were to the training. */
  readonly evaluation?: string;
  /** What was measured, and how intervals were computed. */
  readonly measures?: string;
  /** The measures with their intervals. */
  readonly performance?: string;
  /** Which images it took for which. */
  readonly errors?: string;
  /** What the numbers do not show. */
  readonly limits?: string;
}

/** A part of {@link CardFacts}. */
export type CardFact = keyof CardFacts;

/** A measure of a run, for the card's tables and for its metadata. */
export interface CardMeasure {
  /** What tables call it. */
  readonly name: string;
  /** What Hugging Face calls it. */
  readonly type: string;
  readonly value: number;
  /** The 95% interval, in words; "" where there is none. */
  readonly interval: string;
}

/** What a run has measured of a net. */
export interface CardResults {
  /** What tells the net's weights from others; see `weightsHash`. */
  readonly weights: string;
  /** What the images are called that were judged on, such as "test". */
  readonly set: string;
  /** The data set's own name. */
  readonly dataset: string;
  /** By what images were predicted: a file that predicts otherwise has other numbers. */
  readonly decision: CardDecision;
  readonly measures: readonly CardMeasure[];
  /** What the measures are of, and how images were predicted. */
  readonly caption: string;
  /** More tags for the metadata. */
  readonly tags?: readonly string[];
  /** What a run knows beyond its learner, or better. */
  readonly facts: CardFacts;
}
