import assert from "node:assert/strict";
import { it } from "node:test";
import { rankCorrelation } from "../../src/statistics/rankCorrelation.js";
import { near } from "../support/near.js";

it("is scipy's spearmanr, ties included", () => {
  const ours = [
    rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]),
    rankCorrelation([0, 0, 1, 3, 2, 2], [4, 1, 1, 9, 0, 3]),
    rankCorrelation([1, 2, 3], [9, 4, 1]),
  ];
  near(ours, [0.8207826816681233, 0.22390553775994954, -1], 1e-12, "rank correlations");
  assert.ok(Number.isNaN(rankCorrelation([1, 1], [1, 2])));
});
