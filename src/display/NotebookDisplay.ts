import { noteShown } from "./lastShown.js";
import { randomUUID } from "node:crypto";
import { curvesHtml } from "./curvesHtml.js";
import type {
  Curves,
  Display,
  Figure,
  FitProgress,
  PictureTable,
  Table,
  TaskProgress,
} from "../core/Display.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { trackPending } from "./pendingDisplays.js";
import { pictureTableHtml, pictureTableWords } from "./pictureTableHtml.js";
import { fitHtml, taskHtml } from "./progressHtml.js";
import { FitState, TaskState } from "./progressState.js";
import { fitText, taskLine, taskSummary } from "./progressText.js";
import { figureToPng } from "./staticFigure.js";
import { tableHtml } from "./table.js";
import { tableText } from "../core/tableText.js";
import { themed } from "./theme.js";
import { type Clock, systemClock, Throttle } from "./Throttle.js";

/** One output in several forms, by MIME type; the page takes the best that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Puts an output below the running cell, or, with the identity of one that is there, in its place. */
export type Send = (bundle: MimeBundle, identity?: { readonly id: string; readonly update: boolean }) => void;

const updateEveryMs = 200;
/** A task that ends sooner leaves no trace. */
const shortTaskMs = 500;

/** Outputs of a notebook's cells: tables, live progress and figures. */
export class NotebookDisplay implements Display {
  constructor(
    private readonly send: Send,
    private readonly clock: Clock = systemClock,
  ) {}

  text(text: string): void {
    this.send({ "text/plain": text });
  }

  markdown(text: string): void {
    this.send({ "text/markdown": text, "text/plain": text });
  }

  table(table: Table): void {
    this.send(this.tableOutput(table));
  }

  tableOutput(table: Table): MimeBundle {
    return { "text/html": tableHtml(table), "text/plain": tableText(table) };
  }

  figure(figure: Figure): Promise<void> {
    noteShown(figure);
    return trackPending(this.draw(figure));
  }

  private async draw(figure: Figure): Promise<void> {
    const plot = themed(figure);
    const png = await figureToPng(plot);
    this.send({
      "application/vnd.plotly.v1+json": plot,
      // No image/png: JupyterLab would show that instead of the live figure.
      "text/html": figureHtml(plot, figure.alt, png),
      "text/plain": figure.alt,
    });
  }

  image(png: Uint8Array, { alt, width }: { readonly alt: string; readonly width?: number }): void {
    noteShown({ png, alt });
    const size = width === undefined ? "" : ` width="${width}"`;
    const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
    const style = "max-width:100%;height:auto";
    this.send({
      "text/html": `<img alt="${escapeHtml(alt)}"${size} style="${style}" src="${source}">`,
      "text/plain": alt,
    });
  }

  pictureTable(table: PictureTable): void {
    this.send({ "text/html": pictureTableHtml(table), "text/plain": pictureTableWords(table) });
  }

  fitProgress(columns: readonly string[], curves?: () => readonly Curves[]): FitProgress {
    const state = new FitState(columns, this.clock);
    const place = new LiveOutput(this.send, this.clock);
    const show = (force: boolean) => {
      place.show(force, () => {
        const view = state.view();
        return { "text/html": fitHtml(view) + curvesHtml(curves?.() ?? []), "text/plain": fitText(view) };
      });
    };
    show(true);
    return {
      batch: (at) => {
        state.batch(at);
        show(false);
      },
      row: (cells) => {
        state.row(cells);
        show(true);
      },
      end: (note) => {
        state.end(note);
        show(true);
      },
    };
  }

  taskProgress(label: string, total: number, unit: "items" | "bytes" = "items"): TaskProgress {
    const state = new TaskState(label, total, unit, this.clock);
    const place = new LiveOutput(this.send, this.clock);
    return {
      update: (done) => {
        state.update(done);
        if (state.elapsedMs < shortTaskMs) return;
        place.show(false, () => ({
          "text/html": taskHtml(state.view()),
          "text/plain": taskLine(state.view()),
        }));
      },
      end: (note) => {
        if (note === undefined && !place.shown) return;
        const text = note ?? taskSummary(state.view());
        place.show(true, () => ({ "text/html": `<p>${escapeHtml(text)}</p>`, "text/plain": text }));
      },
    };
  }
}

/** An output that changes in place, at most five times a second. */
class LiveOutput {
  private readonly id = randomUUID();
  private readonly throttle: Throttle;
  shown = false;

  constructor(
    private readonly send: Send,
    clock: Clock,
  ) {
    this.throttle = new Throttle(updateEveryMs, clock);
  }

  show(force: boolean, bundle: () => MimeBundle): void {
    if (!this.throttle.ready() && !force) return;
    this.send(bundle(), { id: this.id, update: this.shown });
    this.shown = true;
  }
}
