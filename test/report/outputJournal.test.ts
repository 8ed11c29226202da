import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";

type Note = (type: string, content: object) => void;

interface Answer {
  readonly version: number;
  readonly cells: readonly {
    readonly id: string;
    readonly running: boolean;
    readonly count: number | null;
    readonly outputs: readonly object[];
  }[];
}

interface Journal {
  begin(id: string, code: string): Note;
  answer(question: { since?: number; forget?: readonly string[] }): Answer;
}

const file = path.join(projectRoot, "jupyter", "launcher", "outputJournal.cjs");
const { OutputJournal } = createRequire(file)(file) as { OutputJournal: new () => Journal };

const html = (text: string, id?: string): object => ({
  data: { "text/html": text },
  metadata: {},
  transient: id === undefined ? {} : { display_id: id },
});

describe("what the kernel keeps of its cells' outputs", () => {
  it("is what a notebook's file would have, with updates in their place, and of each cell the last run", () => {
    const journal = new OutputJournal();
    journal.begin("a", "old")("stream", { name: "stdout", text: "an earlier run" });
    const note = journal.begin("a", "fit()");
    note("execute_input", { code: "fit()", execution_count: 3 });
    note("stream", { name: "stdout", text: "one " });
    note("stream", { name: "stdout", text: "two" });
    note("display_data", html("<progress value=1>", "bar"));
    note("stream", { name: "stderr", text: "three" });
    const { version, cells } = journal.answer({});
    assert.deepEqual(cells, [
      {
        ...{ id: "a", code: "fit()", running: true, count: 3 },
        outputs: [
          { output_type: "stream", name: "stdout", text: "one two" },
          { output_type: "display_data", data: { "text/html": "<progress value=1>" }, metadata: {} },
          { output_type: "stream", name: "stderr", text: "three" },
        ],
      },
    ]);

    // From another cell, as `display` handles allow.
    const other = journal.begin("b", "6 * 7");
    other("update_display_data", html("<progress value=2>", "bar"));
    note("error", { ename: "Error", evalue: "no", traceback: ["no"] });
    note("execute_reply", { status: "error" });
    const later = journal.answer({ since: version });
    assert.deepEqual(
      later.cells.map(({ id, running, outputs }) => [id, running, outputs.length]),
      [
        ["a", false, 4],
        ["b", true, 0],
      ],
    );
    assert.deepEqual(later.cells[0]?.outputs[1], {
      ...{ output_type: "display_data", data: { "text/html": "<progress value=2>" }, metadata: {} },
    });
    assert.deepEqual(journal.answer({ since: later.version }).cells, []);
    // A page that knew the kernel before it was started anew.
    assert.equal(journal.answer({ since: 1000 }).cells.length, 2);
  });

  it("is forgotten when a person takes it away, but not while the cell runs", () => {
    const journal = new OutputJournal();
    journal.begin("done", "1")("execute_reply", { status: "ok" });
    journal.begin("running", "2");
    assert.deepEqual(
      journal.answer({ forget: ["done", "running", "unknown"] }).cells.map(({ id }) => id),
      ["running"],
    );
  });

  it("is bounded: the oldest of the finished cells go first", () => {
    const journal = new OutputJournal();
    const large = "x".repeat(40e6);
    for (const id of ["running", "first", "second", "third"]) {
      const note = journal.begin(id, "show()");
      if (id === "running") continue;
      note("display_data", html(large));
      note("execute_reply", { status: "ok" });
    }
    assert.deepEqual(
      journal.answer({}).cells.map(({ id }) => id),
      ["running", "second", "third"],
    );
  });
});
