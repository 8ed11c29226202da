import type { EpochRow } from "./Recorder.js";

/** fast.ai's table of a fit: its columns, and an epoch as cells of text. */
export function progressTable(metricNames: readonly string[]) {
  return {
    columns: ["epoch", "train_loss", "valid_loss", ...metricNames, "time"],
    row({ epoch, trainLoss, validLoss, metrics, seconds }: EpochRow): string[] {
      const numbers = [trainLoss, validLoss, ...metricNames.map((_, i) => metrics[i])];
      return [String(epoch), ...numbers.map(formatNumber), formatTime(seconds)];
    },
  };
}

const formatNumber = (value: number | undefined): string => (value === undefined ? "#na#" : value.toFixed(6));

/** Whole seconds as `mm:ss`, from an hour on `h:mm:ss`. */
export function formatTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
