import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Mark,
  type MarkHistory,
  countMarks,
  marksOf,
  noMarks,
  readHistory,
  redo,
  setMark,
  undo,
} from "../../../src/audit/page/browser/marks.js";

const [keep, drop]: readonly Mark[] = [{ action: "keep" }, { action: "delete" }];
const relabel = (name: string): Mark => ({ action: "relabel", class: name });
const held = (history: MarkHistory) => [...marksOf(history)];

describe("marks", () => {
  it("are one for each image, the last one", () => {
    const history = setMark(setMark(setMark(noMarks, 4, drop), 2, keep), 4, relabel("A"));
    assert.deepEqual(held(history), [
      [4, relabel("A")],
      [2, keep],
    ]);
    assert.deepEqual(held(setMark(history, 4)), [[2, keep]]);
    assert.deepEqual(countMarks(marksOf(history)), { keep: 1, delete: 0, relabel: 1 });
  });

  it("are undone one by one and redone, until another one is made", () => {
    const history = setMark(setMark(setMark(noMarks, 1, keep), 1, drop), 2, relabel("B"));
    assert.deepEqual(held(undo(history)), [[1, drop]]);
    assert.deepEqual(held(undo(undo(history))), [[1, keep]]);
    assert.deepEqual(held(undo(undo(undo(undo(history))))), []);
    assert.deepEqual(redo(redo(redo(undo(undo(history))))), history);
    const other = setMark(undo(history), 3, keep);
    assert.deepEqual(redo(other), other);
    assert.deepEqual(held(other), [
      [1, drop],
      [3, keep],
    ]);
  });

  it("given once more are no step to undo", () => {
    const history = setMark(noMarks, 1, relabel("A"));
    assert.equal(setMark(history, 1, relabel("A")), history);
    assert.equal(setMark(history, 2), history);
    assert.equal(setMark(history, 1, relabel("B")).done, 2);
  });

  it("are stored and read back with what can be redone; of anything else there are none", () => {
    const history = undo(setMark(setMark(noMarks, 0, relabel("A")), 9, drop));
    const sizes = { items: 10, classes: ["A", "B"] };
    assert.deepEqual(readHistory(JSON.stringify(history), sizes), history);
    const strange = [
      null,
      "",
      "{",
      "null",
      "[]",
      '{"changes":[],"done":1}',
      '{"changes":[{"item":10,"mark":{"action":"keep"}}],"done":1}',
      '{"changes":[{"item":-1}],"done":1}',
      '{"changes":[{"item":1,"mark":{"action":"shred"}}],"done":1}',
      '{"changes":[{"item":1,"mark":{"action":"relabel","class":"C"}}],"done":1}',
    ];
    for (const text of strange) assert.deepEqual(readHistory(text, sizes), noMarks, String(text));
  });
});
