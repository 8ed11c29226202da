import type { HistoryRow } from "./HistoryRow.js";

/** How a finished fit trained. */
export interface TrainedFit {
  /** Whether some layers were frozen. */
  readonly phase: HistoryRow["phase"];
  /** Epochs that it has come to the end of. */
  readonly epochs: number;
  /** Training images, and images in a batch. */
  readonly images: number;
  readonly bs: number;
  /** Side of the images, in pixels; undefined where it trained on features. */
  readonly size?: number;
  /** The last layer group's rate at the first batch, its highest one, and that at the last batch. */
  readonly lr: { readonly first: number; readonly highest: number; readonly last: number };
  /** The names of the classes of its callbacks. */
  readonly callbacks: readonly string[];
}
