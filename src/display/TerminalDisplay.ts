import { noteShown } from "./lastShown.js";
import type {
  Display,
  Figure,
  Curves,
  FitProgress,
  PictureTable,
  Table,
  TaskProgress,
} from "../core/Display.js";
import { pictureTableWords } from "./pictureTableHtml.js";
import { FitState, TaskState } from "./progressState.js";
import { fitLine, taskLine, taskSummary } from "./progressText.js";
import { tableLine, tableText } from "../core/tableText.js";
import { headLines } from "./table.js";
import { type Clock, systemClock, Throttle } from "./Throttle.js";

/** Where a terminal's text goes. */
export interface Sink {
  write(text: string): void;
  /** Whether a line can be drawn over. */
  readonly isTTY: boolean;
  readonly columns?: number;
}

const redrawEveryMs = 200;
/** In a log file a progress line only says that the work is alive. */
const logEveryMs = 20_000;
const shortTaskMs = 500;

/** Plain text: tables, one line of live progress, and the words of figures and pictures. */
export class TerminalDisplay implements Display {
  private live = false;

  constructor(
    private readonly sink: Sink,
    private readonly clock: Clock = systemClock,
  ) {}

  text(text: string): void {
    this.print(text);
  }

  markdown(text: string): void {
    this.print(text);
  }

  table(table: Table): void {
    this.print(tableText(table));
  }

  figure(figure: Figure): Promise<void> {
    noteShown(figure);
    this.print(`[figure] ${figure.alt}`);
    return Promise.resolve();
  }

  image(png: Uint8Array, { alt }: { readonly alt: string }): void {
    noteShown({ png, alt });
    this.print(`[picture] ${alt}`);
  }

  pictureTable(table: PictureTable): void {
    this.print(pictureTableWords(table));
  }

  fitProgress(columns: readonly string[], _curves?: () => readonly Curves[], title?: string): FitProgress {
    if (title !== undefined) this.print(title);
    const state = new FitState(columns, this.clock);
    const throttle = this.throttle();
    const layout = fitLayout(columns, this.sink.columns ?? Infinity);
    let headed = false;
    if (this.sink.isTTY) this.progress(state.view().preparing ?? "");
    return {
      batch: (at) => {
        state.batch(at);
        if (throttle.ready()) this.progress(fitLine(state.view(), (this.sink.columns ?? Infinity) - 1));
      },
      row: (cells) => {
        state.row(cells);
        if (layout === undefined) {
          this.print(columns.map((name, i) => `${name} ${cells[i] ?? ""}`).join("\n"));
          return;
        }
        if (!headed) this.print(headLines(columns, layout.columns, layout.gap).join("\n"));
        headed = true;
        this.print(tableLine(cells, layout.columns, layout.gap));
      },
      end: (note) => {
        state.end(note);
        this.clearLine();
        if (note !== undefined) this.print(note);
      },
    };
  }

  taskProgress(label: string, total: number, unit: "items" | "bytes" = "items"): TaskProgress {
    const state = new TaskState(label, total, unit, this.clock);
    const throttle = this.throttle();
    let shown = false;
    return {
      update: (done) => {
        state.update(done);
        if (state.elapsedMs < shortTaskMs || !throttle.ready()) return;
        this.progress(taskLine(state.view()));
        shown = true;
      },
      end: (note) => {
        this.clearLine();
        if (note !== undefined) this.print(note);
        else if (shown) this.print(taskSummary(state.view()));
      },
    };
  }

  private throttle(): Throttle {
    const throttle = new Throttle(this.sink.isTTY ? redrawEveryMs : logEveryMs, this.clock);
    // A log gets its first line only once the work turns out to be long.
    if (!this.sink.isTTY) throttle.ready();
    return throttle;
  }

  private print(text: string): void {
    this.clearLine();
    this.sink.write(`${text}\n`);
  }

  private progress(line: string): void {
    if (!this.sink.isTTY) {
      this.sink.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be drawn over.
    this.sink.write(`\r${line.slice(0, (this.sink.columns ?? 80) - 1)}\x1b[K`);
    this.live = true;
  }

  private clearLine(): void {
    if (this.live) this.sink.write("\r\x1b[K");
    this.live = false;
  }
}

/**
 * How a fit's table is laid out: each column wide enough for a loss with six decimals before any is known. Where that is
 * wider than the terminal, columns stand closer.
 * @returns undefined where they would not fit either: a line for each cell
 */
function fitLayout(columns: readonly string[], width: number) {
  // A head with a long class takes two lines.
  const longestWord = (name: string) => Math.max(...name.split(" ").map((word) => word.length));
  const loose = columns.map((name) => Math.max(longestWord(name), 8));
  const tight = columns.map((name, i) =>
    Math.max(longestWord(name), i === 0 || i === columns.length - 1 ? 5 : 8),
  );
  const layouts = [
    { widths: loose, gap: 2 },
    { widths: tight, gap: 1 },
  ];
  const chosen = layouts.find(({ widths, gap }) => sum(widths) + gap * (columns.length - 1) <= width);
  return chosen && { columns: chosen.widths.map((each) => ({ width: each, right: true })), gap: chosen.gap };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
