import type { ConformalSets } from "../../statistics/conformalSets.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { RecallGuarantee } from "../../statistics/recallGuarantee.js";
import type { TrainedStage } from "../../training/TrainedStage.js";

/** What was chosen on held-out images, before the test images were opened. */
export interface Choices {
  /** The net that each stage of the training, such as "frozen", has ended with. */
  readonly epochs: Readonly<Record<string, ChosenEpoch>>;
  /** What the net's logits are divided by. */
  readonly temperature: number;
  /** From which probability on a class is predicted; undefined where no class is positive: the most probable one is. */
  readonly threshold?: DecisionThreshold;
  /** What can be said of the threshold beforehand; its own threshold is null where that takes more held-out patients. */
  readonly promise?: RecallGuarantee;
  /** From when on an image may be of a class; undefined in files of earlier versions. */
  readonly conformalSets?: ConformalSets;
  /** Whether the images that all but the epochs was chosen on chose no epoch, as a promise asks for. @default false */
  readonly apart?: boolean;
}

/** After which epoch a stage's net was taken. */
export interface ChosenEpoch {
  /** Epochs that were trained. */
  readonly trained: number;
  /** The epoch that the net was taken of, from 1 on; null where it is of the end of none, or that is not known. */
  readonly chosen: number | null;
  /** Whether no epoch of the stage had a lower loss on the validation images. @default true */
  readonly isLowest?: boolean;
}

/** The epoch that each stage's net is of, and whether it is the one that `SaveModelCallback` takes by default. */
export function chosenEpochs(stages: readonly TrainedStage[]): Choices["epochs"] {
  return Object.fromEntries(
    stages.map(({ phase, rows, kept }) => {
      const losses = rows.map(({ validLoss }) => validLoss ?? Infinity);
      const least = Math.min(...losses.filter((loss) => !Number.isNaN(loss)));
      const isLowest = kept !== undefined && losses[kept] === least && least < Infinity;
      const chosen = kept === undefined ? null : kept + 1;
      return [phase, { trained: rows.length, chosen, ...(!isLowest && { isLowest }) }];
    }),
  );
}
