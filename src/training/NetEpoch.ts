import { withRows } from "../core/resultTables.js";
import type { EpochRow } from "./recorder/EpochRow.js";
import type { HistoryRow } from "./HistoryRow.js";
import type { TrainedStage } from "./TrainedStage.js";
import { valueAt } from "../core/valueAt.js";

/** What tells an epoch from the others of a learner. */
export type EpochMark = Pick<EpochRow, "epoch" | "trainLoss" | "validLoss">;

const isMarked = (mark: EpochMark | undefined, row: EpochMark): boolean =>
  row.epoch === mark?.epoch && row.trainLoss === mark.trainLoss && row.validLoss === mark.validLoss;

/** Follows of which epoch's end the net is, through fits, checkpoints and backups. */
export class NetEpoch {
  /** The rows of the fit that the net comes from, and the place of the one that its epoch has, or will have. */
  private current: { readonly rows: readonly EpochRow[]; readonly at: number } | undefined;
  /** How many epochs there were at each fit's beginning, and of which the net was. */
  private readonly begun: (Pick<HistoryRow, "phase"> & {
    readonly epochs: number;
    readonly mark: EpochMark | undefined;
  })[] = [];

  /** Undefined where it is of no epoch's end, or that is not known. */
  get mark(): EpochMark | undefined {
    const row = this.current?.rows[this.current.at];
    return row && { epoch: row.epoch, trainLoss: row.trainLoss, validLoss: row.validLoss };
  }

  set mark(mark: EpochMark | undefined) {
    this.current = mark && { rows: [{ ...mark, metrics: [], seconds: 0 }], at: 0 };
  }

  /** A fit begins. */
  beginFit(phase: HistoryRow["phase"], history: readonly HistoryRow[]): void {
    this.begun.push({ phase, epochs: history.length, mark: this.mark });
  }

  /** The net is trained on, in the epoch that these rows do not have yet. */
  train(rows: readonly EpochRow[]): void {
    this.current = { rows, at: rows.length };
  }

  /** What all fits have led to. */
  stages(history: readonly HistoryRow[]): TrainedStage[] {
    const stages = [...new Set(history.map(({ phase }) => phase))].map((phase) => {
      const rows = history.filter((row) => row.phase === phase);
      const last = history.lastIndexOf(valueAt(rows, rows.length - 1));
      const next = this.begun.find((fit) => fit.epochs > last && fit.phase !== phase);
      const mark = next ? next.mark : this.mark;
      const kept = rows.map((row) => isMarked(mark, row)).lastIndexOf(true);
      return { phase, rows, ...(kept !== -1 && { kept }) };
    });
    return withRows("Stages; `rows` has the epochs of each", stages, ["phase", "kept"]);
  }
}
