import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatInterval, formatShare } from "../../src/statistics/format.js";

describe("numbers with three decimals", () => {
  it("have a sign where they are not nothing, and are a dash where there are none", () => {
    assert.deepEqual([-0.0004, -0.0006, 0.5, NaN].map(formatShare), ["0.000", "-0.001", "0.500", "–"]);
    assert.equal(formatInterval([-0.0001, 0.25]), "0.000 to 0.250");
    assert.equal(formatInterval([NaN, NaN]), "–");
  });
});
