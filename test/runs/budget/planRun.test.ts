import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { planRun } from "../../../src/runs/budget/planRun.js";
import { presets } from "../../../src/runs/presets.js";
import { drawShapes } from "../../support/drawnShapes.js";
import { temporaryFolder } from "../../support/folders.js";

const parameters = { ...presets.quick, size: 32, bs: 4, epochsFrozen: 1, epochsUnfrozen: 1 };
const given = { size: true, epochs: false, trainPerClass: false };

describe("planning a run", () => {
  it("measures the run's net on its images in another process, and fills the time with what varies", async () => {
    const folder = await drawShapes(path.join(temporaryFolder(), "shapes"));
    const dataset = { path: folder, kind: "other", train: "train", valid: "test" } as const;
    const request = { minutes: 30, spentSeconds: 1, parameters, given, dataset };
    const { parameters: chosen, budget } = await planRun(request);
    assert.deepEqual({ ...chosen, epochsFrozen: 1, epochsUnfrozen: 1, trainPerClass: 500 }, parameters);
    const { minutes, predictedMinutes, stepSeconds, words } = budget;
    assert.equal(minutes, 30);
    assert.ok(predictedMinutes > 0 && Number.isFinite(predictedMinutes), words);
    assert.match(words, /^30 minutes were asked for, .* a step with 4 images of 32 px takes/);
    const { size, bs, ...seconds } = stepSeconds;
    assert.deepEqual([size, bs], [32, 4]);
    for (const [what, each] of Object.entries(seconds)) assert.ok(each > 0 && each < 60, `${what}: ${each}`);
  });

  it("says what is wrong where the images are not there", async () => {
    const dataset = { path: "/no/such/folder", kind: "other", train: "train", valid: "test" } as const;
    const request = { minutes: 30, spentSeconds: 1, parameters, given, dataset };
    await assert.rejects(planRun(request), {
      name: "UserError",
      message: /the measurement of this machine's speed.*\n[^]*\/no\/such\/folder[^]*Leave --minutes out/,
    });
  });
});
