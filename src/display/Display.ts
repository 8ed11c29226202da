/**
 * What the rest of the program knows of the screen. A notebook, a terminal and a silent test each implement it;
 * `currentDisplay()` tells which one is in use.
 */

/** A Plotly figure as plain JSON, with its content in words for those who cannot see it. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** Alternative text, with the figure's numbers. */
  readonly alt: string;
}

export interface Table {
  readonly columns: readonly string[];
  /** Cells as they shall be read: formatted by the caller. */
  readonly rows: readonly (readonly string[])[];
  readonly caption?: string;
}

/** The progress of one `fit`: fast.ai's bar and growing table. */
export interface FitProgress {
  /** After each batch; epochs count from 0, finished batches from 1. `comment` stands behind the bar, such as the smoothed loss. */
  batch(at: {
    readonly epoch: number;
    readonly epochs: number;
    readonly phase: "train" | "valid";
    readonly batch: number;
    readonly batches: number;
    readonly comment?: string;
  }): void;
  /** A finished epoch's row, formatted, one cell a column. */
  row(cells: readonly string[]): void;
  /** The bar goes, the table stays. `note` says why, if it ended early. */
  end(note?: string): void;
}

/** The progress of any other long work. */
export interface TaskProgress {
  update(done: number): void;
  end(note?: string): void;
}

export interface Display {
  text(text: string): void;
  markdown(text: string): void;
  table(table: Table): void;
  /** Resolves once the figure is on the page. */
  figure(figure: Figure): Promise<void>;
  /** `width` in CSS pixels; default the picture's own. */
  image(png: Uint8Array, options: { readonly alt: string; readonly width?: number }): void;
  fitProgress(columns: readonly string[]): FitProgress;
  /** `unit` is `items` or `bytes`; a total of 0 is unknown. */
  taskProgress(label: string, total: number, unit?: "items" | "bytes"): TaskProgress;
}

let current: Display | undefined;

/** The display in use. */
export function currentDisplay(): Display {
  return current ?? silentDisplay;
}

/** Chooses the display for the rest of the process; returns the one it replaces. */
export function setDisplay(display: Display): Display {
  const previous = currentDisplay();
  current = display;
  return previous;
}

/** Shows nothing: for tests and for programs that draw by themselves. */
export const silentDisplay: Display = {
  text: () => undefined,
  markdown: () => undefined,
  table: () => undefined,
  figure: () => Promise.resolve(),
  image: () => undefined,
  fitProgress: () => ({ batch: () => undefined, row: () => undefined, end: () => undefined }),
  taskProgress: () => ({ update: () => undefined, end: () => undefined }),
};
