import type { FitProgress } from "../core/Display.js";
import { FitEstimate } from "./FitEstimate.js";
import type { Clock } from "./Throttle.js";

/** A bar as it stands: what a notebook and a terminal both draw. */
export interface Bar {
  readonly label: string;
  readonly done: number;
  /** 0 if unknown. */
  readonly total: number;
  readonly elapsedSeconds: number;
  /** NaN while unknown. */
  readonly remainingSeconds: number;
  readonly comment?: string;
}

export interface FitView {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** All epochs; undefined before the first batch and after the end. */
  readonly epochs?: Bar;
  /** The batches of this epoch's training or validation. */
  readonly batches?: Bar;
  readonly note?: string;
  /** What is being done before the first batch has been trained on. */
  readonly preparing?: string;
}

/** The first batch takes longest: nothing else can be said for some seconds. */
const preparingWords =
  "Preparing the first batch: its images are decoded, and the net's step is recorded as a graph, which takes some seconds";

/** Keeps the state of one `fit`; drawing is others' business. */
export class FitState {
  private readonly started: number;
  private phaseStarted: number;
  private phase = "";
  private lastBatch = 0;
  private readonly estimate = new FitEstimate();
  private readonly rows: (readonly string[])[] = [];
  private epochs?: Bar;
  private batches?: Bar;
  private note?: string;
  private preparing: string | undefined = preparingWords;

  constructor(
    private readonly columns: readonly string[],
    private readonly clock: Clock,
  ) {
    this.started = this.phaseStarted = clock();
  }

  batch(at: Parameters<FitProgress["batch"]>[0]): void {
    this.preparing = undefined;
    const phase = at.phase === "search" ? at.phase : `${at.epoch} ${at.phase}`;
    if (phase !== this.phase && this.phase !== "") this.phaseStarted = this.lastBatch;
    this.phase = phase;
    this.lastBatch = this.clock();
    this.estimate.batch(at, this.lastBatch / 1000);
    const remaining = this.estimate.after(at);
    const secondsSince = (started: number) => (this.lastBatch - started) / 1000;
    this.epochs =
      at.phase === "search"
        ? undefined
        : {
            label: `Epoch ${at.epoch + 1}/${at.epochs}`,
            done: at.epoch,
            total: at.epochs,
            elapsedSeconds: secondsSince(this.started),
            remainingSeconds: remaining.fit,
          };
    this.batches = {
      label: at.phase,
      done: at.batch,
      total: at.batches,
      elapsedSeconds: secondsSince(this.phaseStarted),
      remainingSeconds: remaining.phase,
      comment: at.comment,
    };
  }

  row(cells: readonly string[]): void {
    this.preparing = undefined;
    this.rows.push(cells);
    this.estimate.epochEnd();
    this.batches = undefined;
  }

  end(note?: string): void {
    this.preparing = undefined;
    this.epochs = undefined;
    this.batches = undefined;
    this.note = note;
  }

  view(): FitView {
    const { columns, rows, epochs, batches, note, preparing } = this;
    const view = { columns, rows: [...rows], epochs, batches, note };
    return preparing === undefined ? view : { ...view, preparing };
  }
}

/** Keeps the state of any other long work. */
export class TaskState {
  private readonly started: number;
  private done = 0;

  constructor(
    private readonly label: string,
    private readonly total: number,
    private readonly unit: "items" | "bytes",
    private readonly clock: Clock,
  ) {
    this.started = clock();
  }

  update(done: number): void {
    this.done = done;
  }

  get elapsedMs(): number {
    return this.clock() - this.started;
  }

  view(): Bar & { readonly unit: "items" | "bytes" } {
    const elapsedSeconds = (this.clock() - this.started) / 1000;
    const { label, done, total, unit } = this;
    const remainingSeconds = total > 0 && done > 0 ? elapsedSeconds * (total / done - 1) : NaN;
    return { label, done, total, unit, elapsedSeconds, remainingSeconds };
  }
}
