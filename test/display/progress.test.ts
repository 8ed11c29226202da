import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JSDOM } from "jsdom";
import type { Display } from "../../src/core/Display.js";
import { mirrorProgress } from "../../src/display/mirrorProgress.js";
import { type MimeBundle, NotebookDisplay } from "../../src/display/NotebookDisplay.js";
import { FitState } from "../../src/display/progressState.js";
import { fitLine } from "../../src/display/progressText.js";
import { TerminalDisplay } from "../../src/display/TerminalDisplay.js";

const columns = ["epoch", "train_loss", "valid_loss", "error_rate", "time"];
const row = ["0", "0.412345", "0.301234", "0.113000", "00:10"];
const batch = (number: number, phase: "train" | "valid" = "train", epoch = 0) => ({
  epoch,
  epochs: 2,
  phase,
  batch: number,
  batches: 10,
  coming: { epochs: 1 - epoch, train: 10, valid: 10 },
  comment: phase === "train" ? "0.4123" : undefined,
});

/** A clock that a test sets. */
function clock() {
  const time = { ms: 0 };
  return { now: () => time.ms, advance: (ms: number) => (time.ms += ms) };
}

interface Sent {
  readonly bundle: MimeBundle;
  readonly update: boolean | undefined;
}

function notebook(now: () => number) {
  const sent: Sent[] = [];
  const display = new NotebookDisplay(
    (bundle, identity) => sent.push({ bundle, update: identity?.update }),
    now,
  );
  return { display, sent, html: () => String(sent.at(-1)?.bundle["text/html"]) };
}

function terminal(now: () => number, isTTY: boolean) {
  const written: string[] = [];
  const display = new TerminalDisplay({ write: (text) => written.push(text), isTTY, columns: 120 }, now);
  return { display, written };
}

/** Two epochs of ten batches of a second each, and two validation batches. */
function fit(display: Display, advance: (ms: number) => void): void {
  const progress = display.fitProgress(columns);
  for (const epoch of [0, 1]) {
    for (let i = 1; i <= 10; i++) {
      advance(1000);
      progress.batch(batch(i, "train", epoch));
    }
    advance(1000);
    progress.batch(batch(10, "valid", epoch));
    progress.row(row);
  }
  progress.end();
}

describe("fit progress", () => {
  it("breaks long heads between their words in a terminal, so that a table fits into 80 columns", () => {
    const { display, written } = terminal(clock().now, false);
    const heads = [
      ...[
        "epoch",
        "train_loss",
        "valid_loss",
        "error_rate",
        "recall of PNEUMONIA",
        "auroc of No Finding",
        "time",
      ],
    ];
    const progress = display.fitProgress(heads);
    progress.row(["0", "0.412345", "0.301234", "0.113000", "0.900000", "0.912345", "00:10"]);
    progress.end();
    assert.equal(
      written.join(""),
      [
        "                                                         auroc of",
        "                                              recall of        No",
        "   epoch  train_loss  valid_loss  error_rate  PNEUMONIA   Finding      time",
        "       0    0.412345    0.301234    0.113000   0.900000  0.912345     00:10",
        "",
      ].join("\n"),
    );
  });

  for (const width of [120, 80, 60, 44, 30, 20]) {
    it(`in a terminal of ${width} columns shows whole losses, and no line is cut or broken`, () => {
      const time = clock();
      const written: string[] = [];
      const sink = { write: (text: string) => written.push(text), isTTY: true, columns: width };
      fit(new TerminalDisplay(sink, time.now), time.advance);
      // eslint-disable-next-line no-control-regex
      const lines = written.flatMap((text) => text.replaceAll(/\r|\x1b\[K/g, "").split("\n"));
      assert.ok(
        lines.every(({ length }) => length <= width),
        lines.join("\n"),
      );
      const progress = lines.filter((line) => line.includes("/10"));
      const training = progress.filter((line) => !line.includes("valid"));
      assert.ok(
        training.length > 5 && training.some((line) => line.includes(" 0.4123")),
        progress.join("\n"),
      );
      assert.equal(lines.filter((line) => line.includes("0.412345")).length, 2, lines.join("\n"));
    });
  }

  it("knows the part done, the time and the rest", () => {
    const time = clock();
    const state = new FitState(columns, time.now);
    time.advance(5000);
    state.batch(batch(4));
    assert.equal(
      fitLine(state.view()),
      "Epoch 1/2  train 40.00% [4/10 00:05<? 0.4123]  all 0.00% [0/2 00:05<?]",
    );
    time.advance(3000);
    state.batch(batch(5));
    // Five steps of 3 s are left, ten in the next epoch, and twice ten of a third of that.
    assert.equal(
      fitLine(state.view()),
      "Epoch 1/2  train 50.00% [5/10 00:08<00:15 0.4123]  all 0.00% [0/2 00:08<01:05]",
    );
    time.advance(2000);
    state.batch(batch(9, "valid"));
    time.advance(500);
    state.batch(batch(10, "valid"));
    assert.equal(
      fitLine(state.view()),
      "Epoch 1/2  valid 100.00% [10/10 00:02<00:00]  all 0.00% [0/2 00:10<00:35]",
    );
    state.row(row);
    time.advance(3661_000);
    state.batch(batch(10, "train", 1));
    assert.match(fitLine(state.view()), /^Epoch 2\/2 {2}train 100\.00% \[10\/10 1:01:01<00:00/);
    state.end("interrupted");
    assert.deepEqual(state.view(), {
      columns,
      rows: [row],
      epochs: undefined,
      batches: undefined,
      note: "interrupted",
    });
  });

  it("in a notebook draws the curves as they are, within their panel, and says their last values", () => {
    const time = clock();
    const { display, html } = notebook(time.now);
    const y: number[] = [];
    const progress = display.fitProgress(columns, () => [
      { label: "loss", end: 1000, lines: [{ name: "train", x: y.map((_, i) => i), y }] },
      { label: "<b>", end: 1000, lines: [{ name: "", x: [500], y: [0.25], dots: true }] },
      { label: "nothing yet", end: 1000, lines: [{ name: "", x: [0], y: [NaN] }] },
    ]);
    progress.batch(batch(1));
    for (let i = 0; i < 1000; i++) y.push(i === 10 ? NaN : 2 - i / 1000);
    time.advance(1000);
    progress.batch(batch(2));
    const { document } = new JSDOM(html()).window;
    const [loss, escaped, ...others] = document.querySelectorAll("svg");
    assert.deepEqual(others, []);
    assert.equal(loss?.getAttribute("aria-label"), "loss: train 1");
    assert.equal(escaped?.getAttribute("aria-label"), "<b>: 0.25");
    assert.equal(escaped.querySelectorAll("circle").length, 1);
    const points = loss.querySelector("polyline")?.getAttribute("points")?.split(" ") ?? [];
    assert.equal(points.length, 200);
    for (const point of points) {
      const [px = NaN, py = NaN] = point.split(",").map(Number);
      assert.ok(px >= 0 && px <= 230 && py >= 0 && py <= 130, point);
    }
  });

  it("in a notebook is one output, five times a second at most, of which the table stays", () => {
    const time = clock();
    const { display, sent, html } = notebook(time.now);
    const progress = display.fitProgress(columns);
    // Before the first batch, which takes longest, it says what is being done.
    assert.match(html(), /<progress aria-label="Preparing the first batch.*recorded as a graph/);
    assert.match(String(sent[0]?.bundle["text/plain"]), /^Preparing the first batch/);
    for (let i = 1; i <= 100; i++) {
      time.advance(50);
      progress.batch({ ...batch(i), batches: 100 });
    }
    assert.equal(sent.length, 26);
    assert.doesNotMatch(html(), /Preparing/);
    assert.deepEqual([...new Set(sent.slice(1).map(({ update }) => update))], [true]);
    assert.equal(sent[0]?.update, false);
    assert.match(html(), /<progress value="100" max="100"/);
    assert.match(html(), /Epoch 1\/2/);
    progress.row(row);
    progress.end("interrupted <here>");
    assert.doesNotMatch(html(), /<progress/);
    assert.match(html(), /<th>error_rate<\/th>.*<td>0\.113000<\/td>.*interrupted &lt;here&gt;/);
    assert.match(String(sent.at(-1)?.bundle["text/plain"]), /epoch {2}train_loss/);
  });

  it("on a terminal redraws one line and prints a line for each epoch", () => {
    const time = clock();
    const { display, written } = terminal(time.now, true);
    fit(display, time.advance);
    const lines = written.filter((text) => text.endsWith("\n"));
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? "", /epoch {2}train_loss {2}valid_loss {2}error_rate {6}time\n/);
    assert.match(lines[1] ?? "", / {7}0 {4}0\.412345 {4}0\.301234 {4}0\.113000 {5}00:10\n/);
    assert.ok(written.every((text) => text.endsWith("\n") || text.startsWith("\r")));
  });

  it("in a log file prints the epochs, and at most three progress lines a minute", () => {
    const time = clock();
    const { display, written } = terminal(time.now, false);
    fit(display, time.advance);
    assert.ok(written.every((text) => text.endsWith("\n") && !text.includes("\r") && !text.includes("\x1b")));
    assert.equal(written.filter((text) => text.startsWith("Epoch")).length, 1);
    assert.equal(written.length, 4);
  });

  it("goes to page and terminal alike", () => {
    const time = clock();
    const page = notebook(time.now);
    const shell = terminal(time.now, false);
    const both = mirrorProgress(page.display, shell.display);
    both.text("for the page");
    fit(both, time.advance);
    assert.ok(page.sent.length > 3);
    assert.equal(shell.written.length, 4);
  });
});

describe("task progress", () => {
  it("leaves no trace of a short task", () => {
    const time = clock();
    const page = notebook(time.now);
    const shell = terminal(time.now, true);
    for (const display of [page.display, shell.display]) {
      const progress = display.taskProgress("predicting", 4);
      time.advance(100);
      progress.update(4);
      progress.end();
    }
    assert.deepEqual(page.sent, []);
    assert.deepEqual(shell.written, []);
  });

  it("shows a long one, in megabytes if asked, and what came of it", () => {
    const time = clock();
    const page = notebook(time.now);
    const progress = page.display.taskProgress("chest <X-rays>", 4e6, "bytes");
    time.advance(2000);
    progress.update(1e6);
    assert.match(page.html(), /chest &lt;X-rays&gt;.*25\.00% \[1\.0 MB\/4\.0 MB 00:02&lt;00:06\]/);
    time.advance(6000);
    progress.update(4e6);
    progress.end();
    assert.equal(page.sent.at(-1)?.bundle["text/plain"], "chest <X-rays>: 4.0 MB in 00:08");
  });

  it("does without a total", () => {
    const time = clock();
    const shell = terminal(time.now, true);
    const progress = shell.display.taskProgress("reading", 0);
    time.advance(1000);
    progress.update(7);
    progress.end("done");
    assert.deepEqual(shell.written, ["\rreading [7 00:01]\x1b[K", "\r\x1b[K", "done\n"]);
  });
});
