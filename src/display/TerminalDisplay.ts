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
import { headLines, tableLine, tableText } from "./table.js";
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

  figure({ alt }: Figure): Promise<void> {
    this.print(`[figure] ${alt}`);
    return Promise.resolve();
  }

  image(_png: Uint8Array, { alt }: { readonly alt: string }): void {
    this.print(`[picture] ${alt}`);
  }

  pictureTable(table: PictureTable): void {
    this.print(pictureTableWords(table));
  }

  fitProgress(columns: readonly string[], _curves?: () => readonly Curves[], title?: string): FitProgress {
    if (title !== undefined) this.print(title);
    const state = new FitState(columns, this.clock);
    const throttle = this.throttle();
    // Wide enough for a loss with six decimals before any is known; a head with a long class takes two lines.
    const longestWord = (name: string) => Math.max(...name.split(" ").map((word) => word.length));
    const layout = columns.map((name) => ({ width: Math.max(longestWord(name), 8), right: true }));
    let headed = false;
    return {
      batch: (at) => {
        state.batch(at);
        if (throttle.ready()) this.progress(fitLine(state.view()));
      },
      row: (cells) => {
        state.row(cells);
        if (!headed) this.print(headLines(columns, layout).join("\n"));
        headed = true;
        this.print(tableLine(cells, layout));
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
