import type { Display, FitProgress, TaskProgress } from "../core/Display.js";

/** Shows everything on `page`, and the progress of long work on `terminal` as well. */
export function mirrorProgress(page: Display, terminal: Display): Display {
  return {
    text: (text) => {
      page.text(text);
    },
    markdown: (text) => {
      page.markdown(text);
    },
    table: (table) => {
      page.table(table);
    },
    tableOutput: page.tableOutput && ((table) => page.tableOutput?.(table) ?? {}),
    figure: (figure) => page.figure(figure),
    image: (png, options) => {
      page.image(png, options);
    },
    pictureTable: (table) => {
      page.pictureTable(table);
    },
    fitProgress: (columns, curves, title) =>
      bothFits(page.fitProgress(columns, curves, title), terminal.fitProgress(columns, undefined, title)),
    taskProgress: (label, total, unit) =>
      bothTasks(page.taskProgress(label, total, unit), terminal.taskProgress(label, total, unit)),
  };
}

function bothFits(a: FitProgress, b: FitProgress): FitProgress {
  return {
    batch: (at) => {
      a.batch(at);
      b.batch(at);
    },
    row: (cells) => {
      a.row(cells);
      b.row(cells);
    },
    end: (note) => {
      a.end(note);
      b.end(note);
    },
  };
}

function bothTasks(a: TaskProgress, b: TaskProgress): TaskProgress {
  return {
    update: (done) => {
      a.update(done);
      b.update(done);
    },
    end: (note) => {
      a.end(note);
      b.end(note);
    },
  };
}
