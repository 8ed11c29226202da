import { duration } from "../../core/duration.js";
import type { EpochRow } from "./EpochRow.js";

/** fast.ai's table of a fit: its columns, and an epoch as cells of text. */
export function progressTable(metrics: readonly { readonly head: string }[]) {
  return {
    columns: ["epoch", "train_loss", "valid_loss", ...metrics.map(({ head }) => head), "time"],
    row({ epoch, trainLoss, validLoss, metrics: values, seconds }: EpochRow): string[] {
      const numbers = [trainLoss, validLoss, ...metrics.map((_, i) => values[i])];
      return [String(epoch), ...numbers.map(formatNumber), duration(seconds)];
    },
  };
}

const formatNumber = (value: number | undefined): string => (value === undefined ? "#na#" : value.toFixed(6));
