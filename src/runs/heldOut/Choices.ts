import type { ConformalSets } from "../../statistics/conformalSets.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import type { RecallGuarantee } from "../../statistics/recallGuarantee.js";
import type { HistoryRow } from "../../training/HistoryRow.js";
import { argmin } from "../../statistics/argmin.js";

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
  /** The epoch with the lowest held-out loss, from 1 on. */
  readonly chosen: number;
}

/** The best epoch of each stage, by its held-out loss: the one that `SaveModelCallback` has loaded. */
export function chosenEpochs(history: readonly Pick<HistoryRow, "phase" | "validLoss">[]): Choices["epochs"] {
  return Object.fromEntries(
    [...new Set(history.map(({ phase }) => phase))].map((phase) => {
      const losses = history
        .filter((row) => row.phase === phase)
        .map(({ validLoss }) => validLoss ?? Infinity);
      return [phase, { trained: losses.length, chosen: 1 + argmin(losses) }];
    }),
  );
}
