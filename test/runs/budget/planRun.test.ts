import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { planRun } from "../../../src/runs/budget/planRun.js";
import { presets } from "../../../src/runs/presets.js";
import { drawShapes } from "../../support/drawnShapes.js";
import { temporaryFolder } from "../../support/folders.js";

const parameters = { ...presets.quick, bs: 4, model: "mobilenetV2" };
const given = { size: false, epochs: false, trainPerClass: false };

describe("planning a run", () => {
  it("measures the run's net on its images at two sizes, in another process, and chooses what varies", async () => {
    const folder = await drawShapes(path.join(temporaryFolder(), "shapes"));
    const dataset = { path: folder, kind: "other", train: "train", valid: "test" } as const;
    const request = { minutes: 10, spentSeconds: 1, parameters, given, dataset };
    const { parameters: chosen, budget } = await planRun(request);
    const { size, epochsFrozen, epochsUnfrozen, trainPerClass, ...others } = chosen;
    assert.deepEqual({ ...parameters, ...others }, parameters);
    assert.ok(size > 64 && size <= 299, `${size} px for 18 images and ten minutes`);
    assert.ok(epochsFrozen >= 1 && epochsUnfrozen >= 1 && trainPerClass >= 0);
    const { minutes, predictedMinutes, stepSeconds, words } = budget;
    assert.equal(minutes, 10);
    assert.ok(predictedMinutes > 0 && predictedMinutes <= 10, words);
    assert.match(
      words,
      new RegExp(`^10 minutes were asked for, .* a step with 4 images of ${size} px takes`),
    );
    const { frozen, unfrozen, valid } = stepSeconds;
    for (const each of [frozen, unfrozen, valid]) assert.ok(each > 0 && each < 60, words);
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
