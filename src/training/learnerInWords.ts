import { valueAt } from "../core/valueAt.js";
import type { Cnn } from "../models/Cnn.js";
import type { HistoryRow } from "./HistoryRow.js";
import { metricName, type Metric } from "./metrics/metrics.js";
import { nameInText } from "../core/nameInText.js";

/** What is said of a learner. */
interface Described {
  readonly arch: string;
  readonly model: Cnn;
  readonly metrics: readonly Metric[];
  readonly history: readonly HistoryRow[];
  readonly modelDir: string;
  readonly data: {
    readonly classes: readonly string[];
    readonly bs: number;
    readonly trainDs?: { readonly length: number };
    readonly validDs: { readonly length: number };
  };
}

/** A learner in a few lines: its net, its data, what of it is trained, and how far it has come. */
export function learnerInWords(learn: Described): string {
  const { arch, model, data, metrics, history, modelDir } = learn;
  const groups = model.groupParameters();
  const all = groups.flat();
  const trained = all.filter(({ requiresGrad }) => requiresGrad);
  const size = (parameters: typeof all) =>
    parameters
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
      .toLocaleString("en");
  const train = data.trainDs === undefined ? "" : `${data.trainDs.length} training and `;
  const last = history.at(-1);
  const values =
    last?.metrics.map((value, i) => `${metricName(valueAt(metrics, i))} ${value.toFixed(6)}`) ?? [];
  const loss = last?.validLoss === undefined ? [] : [`valid_loss ${last.validLoss.toFixed(6)}`];
  return [
    `Learner: ${arch} for ${data.classes.length} classes, ${listed(data.classes.map(nameInText))}`,
    `Data: ${train}${data.validDs.length} validation images, batches of ${data.bs}`,
    `Parameters: ${size(all)} in ${groups.length} layer groups, of which ${size(trained)} are trained`,
    last
      ? `Trained: ${history.length} ${history.length === 1 ? "epoch" : "epochs"}; the last one: ${[...loss, ...values].join(", ")}`
      : "Trained: not yet",
    `Files: ${modelDir}`,
  ].join("\n");
}

const listed = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
