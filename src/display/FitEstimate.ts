import type { FitProgress } from "../core/Display.js";

type Place = Parameters<FitProgress["batch"]>[0];
type Kind = "train" | "valid";

/** A validation batch goes through the net once, without gradients: its share of a training step until one is measured. */
const validShare = 1 / 3;
/** The latest steps count: a machine may have more or less to do than an hour ago. */
const remembered = 24;
/**
 * Steps whose mean is taken before the median: threads that prepare batches hand over several at once, so that short
 * steps follow a long one.
 */
const together = 4;

/**
 * How long a fit will still take, by the steps that it has made in this process. The first step of each kind is left
 * out: it records and plans the graph. In the epochs after it the first step is measured for itself, as it waits for the
 * first images, and for what follows an epoch.
 */
export class FitEstimate {
  private readonly steps: Readonly<Record<Kind, number[]>> = { train: [], valid: [] };
  private readonly firstSteps: Readonly<Record<Kind, number[]>> = { train: [], valid: [] };
  private readonly begun = new Set<Kind>();
  private last: (Pick<Place, "epoch"> & { readonly kind: Kind; readonly at: number }) | undefined;
  private skipsValidation = false;

  /** @param now seconds; where the batch before ended, this one began */
  batch({ epoch, phase }: Place, now: number): void {
    const kind = phase === "valid" ? "valid" : "train";
    const { last } = this;
    const follows = phase === "search" || (last?.epoch === epoch && last.kind === kind);
    if (!this.begun.has(kind)) this.begun.add(kind);
    else if (last) keep((follows ? this.steps : this.firstSteps)[kind], now - last.at);
    if (kind === "valid") this.skipsValidation = false;
    this.last = { epoch, kind, at: now };
  }

  /** An epoch has ended. */
  epochEnd(): void {
    if (this.last?.kind === "train") this.skipsValidation = true;
  }

  /** Seconds until the end of the phase, and of the fit; NaN while unknown. */
  after({ phase, batch, batches, coming }: Place): { readonly phase: number; readonly fit: number } {
    const kind = phase === "valid" ? "valid" : "train";
    const left = batches - batch;
    const phaseSeconds = left === 0 ? 0 : left * this.step(kind);
    const valid = this.skipsValidation || coming.valid === 0 ? 0 : this.pass("valid", coming.valid);
    const train = coming.epochs === 0 ? 0 : this.pass("train", coming.train);
    const validations = coming.epochs + (kind === "train" ? 1 : 0);
    return {
      phase: phaseSeconds,
      fit: phaseSeconds + coming.epochs * train + (validations === 0 ? 0 : validations * valid),
    };
  }

  /** All batches of a kind in an epoch. */
  private pass(kind: Kind, batches: number): number {
    const first = this.firstSteps[kind];
    const others = this.step(kind);
    if (first.length === 0) return batches * others;
    // Where an epoch has one batch there is nothing but first ones.
    return median(first) + (batches > 1 ? (batches - 1) * others : 0);
  }

  private step(kind: Kind): number {
    const own = typical(this.steps[kind]);
    if (!Number.isNaN(own)) return own;
    const other = typical(this.steps[kind === "train" ? "valid" : "train"]);
    return kind === "train" ? other / validShare : other * validShare;
  }
}

function keep(list: number[], seconds: number): void {
  list.push(seconds);
  if (list.length > remembered) list.shift();
}

/** The median of the means of steps that follow each other; NaN where there are none. */
function typical(seconds: readonly number[]): number {
  const means: number[] = [];
  for (let end = seconds.length; end > 0; end -= together) {
    const group = seconds.slice(Math.max(0, end - together), end);
    means.push(group.reduce((sum, one) => sum + one, 0) / group.length);
  }
  return median(means);
}

/** The smaller of two: one of them may hold the step in which the machine slept. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
}
