import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { UserError } from "../../src/core/errors.js";
import { agrees } from "../../src/parity/ParityRow.js";
import { transformsParity } from "../../src/parity/transforms.js";

const file = path.join(projectRoot, "..", "shared", "oracle", "transforms.json");

const skip = !existsSync(file) && `put transforms.json, recorded from fastai, to ${file}`;

describe("transformsParity", { skip }, () => {
  const record = (): unknown => JSON.parse(readFileSync(file, "utf8"));

  it("agrees with fastai far within its tolerances", () => {
    const rows = transformsParity(record());
    assert.equal(rows.length, 16);
    for (const row of rows) {
      assert.ok(agrees(row), row.name);
      assert.ok(row.difference < 1e-5, `${row.name}: ${row.difference}`);
    }
  });

  it("notices a pixel that differs", () => {
    const changed = record() as { cases: { rotate: { output: number[][][] } } };
    const pixel = changed.cases.rotate.output[10]?.[10];
    assert.ok(pixel);
    pixel[0] = (pixel[0] ?? 0) + 0.1;
    const off = transformsParity(changed).filter((row) => !agrees(row));
    assert.deepEqual(
      off.map(({ name }) => name),
      ["rotate: farthest pixel"],
    );
  });
});

describe("a record of another shape", () => {
  const bad: [name: string, record: unknown][] = [
    ["null", null],
    ["no size", { input: [[[0, 0, 0]]], cases: {} }],
    ["no image", { size: 1, input: [[0]], cases: {} }],
    ["no cases", { size: 1, input: [[[0, 0, 0]]], cases: {} }],
    [
      "an unknown case",
      { size: 1, input: [[[0, 0, 0]]], cases: { blur: { params: {}, output: [[[0, 0, 0]]] } } },
    ],
    [
      "a lacking parameter",
      { size: 1, input: [[[0, 0, 0]]], cases: { rotate: { params: {}, output: [[[0, 0, 0]]] } } },
    ],
  ];
  for (const [name, record] of bad) {
    it(`is refused: ${name}`, () => {
      assert.throws(() => transformsParity(record), UserError);
    });
  }
});
