import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { chainsParity } from "../../src/parity/chains.js";
import { agrees } from "../../src/parity/ParityRow.js";

const file = path.join(projectRoot, "test", "parity", "records", "chains.json");
const record = () => JSON.parse(readFileSync(file, "utf8")) as { chains: { output: number[] }[] };

describe("chainsParity", () => {
  it("agrees with fastai's resize methods, padding modes and chains", () => {
    const rows = chainsParity(record());
    // 36 chains, and three each of jitter, cutout and dihedral.
    assert.equal(rows.length, 2 * (36 + 9));
    assert.deepEqual(
      rows.filter((row) => !agrees(row)).map(({ name }) => name),
      [],
    );
  });

  it("notices a pixel that differs", () => {
    const changed = record();
    const [, second] = changed.chains;
    assert.ok(second);
    second.output[100] = (second.output[100] ?? 0) + 0.01;
    const off = chainsParity(changed).filter((row) => !agrees(row));
    assert.deepEqual(
      off.map(({ name }) => name.replace(/:.*:/, ":")),
      ["2: farthest pixel"],
    );
  });

  it("refuses what is no record", () => {
    assert.throws(() => chainsParity({ chains: [{ height: 1 }] }), {
      name: "UserError",
      message: /no record/,
    });
  });
});
