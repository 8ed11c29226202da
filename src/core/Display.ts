/**
 * What the rest of the program knows of the screen. A notebook, a terminal and a silent test each implement it;
 * `currentDisplay()` tells which one is in use.
 */
import { checkArguments, having } from "./checkArguments.js";

/** A Plotly figure as plain JSON, with its content in words for those who cannot see it. */
export interface Figure {
  /** Plotly's traces. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  /** Plotly's layout. */
  readonly layout: Readonly<Record<string, unknown>>;
  /** Alternative text, with the figure's numbers. */
  readonly alt: string;
}

/** A table of text. */
export interface Table {
  /** The columns' heads. */
  readonly columns: readonly string[];
  /** Cells as they shall be read: formatted by the caller. */
  readonly rows: readonly (readonly string[])[];
  /** Stands above the table. */
  readonly caption?: string;
  /** Stands below it: what a cell's sign means, or what its reader should know. */
  readonly note?: string;
}

/** A cell of a table that has pictures behind it. */
export interface PictureCell {
  /** What stands in it. */
  readonly text: string;
  /** A CSS colour. */
  readonly background: string;
  /** The text's, a CSS colour. */
  readonly color: string;
  /** What it is about, in words. */
  readonly label: string;
  /** Which of its pictures are shown, where not all are. */
  readonly note?: string;
  /** In the order in which they are shown. */
  readonly pictures: readonly {
    /** The bytes of a JPEG file. */
    readonly jpeg: Uint8Array;
    /** In lines. */
    readonly caption: readonly string[];
  }[];
}

/** A table whose cells have pictures behind them: whoever chooses a cell sees them, also where no program runs. */
export interface PictureTable {
  /** Stands above it. */
  readonly caption: string;
  /** What the rows are, such as "Actual". */
  readonly rowsTitle: string;
  /** What the columns are. */
  readonly columnsTitle: string;
  /** The rows' names. */
  readonly rows: readonly string[];
  /** The columns' names. */
  readonly columns: readonly string[];
  /** Row by row. */
  readonly cells: readonly (readonly PictureCell[])[];
}

/** A line of a panel. */
export interface Curve {
  /** Empty where the panel has one line. */
  readonly name: string;
  /** As long as `y`. */
  readonly x: readonly number[];
  /** What is not finite is left out. */
  readonly y: readonly number[];
  /** Mark each point. @default false */
  readonly dots?: boolean;
}

/** A panel of lines that grow while something runs. */
export interface Curves {
  /** What they show, such as "loss". */
  readonly label: string;
  /** One or more. */
  readonly lines: readonly Curve[];
  /** Where x will end; it begins at 0. */
  readonly end: number;
}

/** The progress of one `fit`: fast.ai's bar and growing table. */
export interface FitProgress {
  /** After each batch; epochs count from 0, finished batches from 1. `comment` stands behind the bar, such as the smoothed loss. */
  batch(at: {
    readonly epoch: number;
    readonly epochs: number;
    /** `search`: all batches of `lrFind`, whose epochs mean nothing to a person. */
    readonly phase: "train" | "valid" | "search";
    readonly batch: number;
    readonly batches: number;
    /** What follows the batches of this phase until the fit's end. */
    readonly coming: {
      /** Epochs after this one. */
      readonly epochs: number;
      /** Training batches of each of them. */
      readonly train: number;
      /** Validation batches of each of them, and of this one while it trains. */
      readonly valid: number;
    };
    readonly comment?: string;
  }): void;
  /** A finished epoch's row, formatted, one cell a column. */
  row(cells: readonly string[]): void;
  /** The bar goes, the table stays. `note` says why, if it ended early. */
  end(note?: string): void;
}

/** The progress of any other long work. */
export interface TaskProgress {
  /** So much of the total is done. */
  update(done: number): void;
  /** The bar goes. `note` says why, if the work ended early. */
  end(note?: string): void;
}

/** Where results are shown: a notebook, a terminal, or nowhere. */
export interface Display {
  /** Plain text, as it stands. */
  text(text: string): void;
  /** Text in Markdown; a terminal shows its source. */
  markdown(text: string): void;
  /** A table; cells are shown as text, whatever is in them. */
  table(table: Table): void;
  /** A table by MIME type, for a kernel that shows the value of a cell's last expression itself. @default its text */
  tableOutput?(table: Table): Readonly<Record<string, unknown>>;
  /** Resolves once the figure is on the page. */
  figure(figure: Figure): Promise<void>;
  /** `width` in CSS pixels; default the picture's own. */
  image(png: Uint8Array, options: { readonly alt: string; readonly width?: number }): void;
  /** A terminal shows its words. */
  pictureTable(table: PictureTable): void;
  /**
   * Begins a fit's bar and table; a notebook draws the curves as they are each time it looks.
   * @param title what is trained, for a terminal, where one table follows the other; a notebook has the cell for that
   */
  fitProgress(columns: readonly string[], curves?: () => readonly Curves[], title?: string): FitProgress;
  /** `unit` is `items` or `bytes`; a total of 0 is unknown. */
  taskProgress(label: string, total: number, unit?: "items" | "bytes"): TaskProgress;
}

let chosen: Display | undefined;
let byDefault: Display | undefined;
let createDefault = (): Display => silentDisplay;

/** The display in use. Where `setDisplay` has chosen none, the first call chooses the notebook's or the terminal's. */
export function currentDisplay(): Display {
  return chosen ?? (byDefault ??= createDefault());
}

const aDisplay = having("an object with a display's methods", "text", "table", "figure", "fitProgress");

/** Chooses the display for the rest of the process; returns the one it replaces. */
export function setDisplay(display: Display): Display {
  checkArguments("setDisplay(display)", { display: [display, aDisplay] });
  const previous = currentDisplay();
  chosen = display;
  return previous;
}

/** Says how the display is made that is used until `setDisplay` chooses one; without this, nothing is shown. */
export function setDefaultDisplay(create: () => Display): void {
  createDefault = create;
  byDefault = undefined;
}

/** Shows nothing: for tests and for programs that draw by themselves. */
export const silentDisplay: Display = {
  text: () => undefined,
  markdown: () => undefined,
  table: () => undefined,
  figure: () => Promise.resolve(),
  image: () => undefined,
  pictureTable: () => undefined,
  fitProgress: () => ({ batch: () => undefined, row: () => undefined, end: () => undefined }),
  taskProgress: () => ({ update: () => undefined, end: () => undefined }),
};
