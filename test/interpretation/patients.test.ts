import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { matrixMetrics } from "../../src/interpretation/matrixMetrics.js";
import { aucInterval, compareAucs } from "../../src/statistics/deLong.js";
import { numberedGroups } from "../../src/statistics/Groups.js";
import type { Predictions } from "../../src/statistics/Predictions.js";
import { near } from "../support/near.js";

function predictions(
  scores: readonly number[],
  y: readonly number[],
  patients?: readonly string[],
): Predictions {
  return {
    probs: Float32Array.from(scores.flatMap((p) => [1 - p, p])),
    y: Int32Array.from(y),
    losses: new Float32Array(y.length),
    classes: ["NORMAL", "PNEUMONIA"],
    ...(patients && { patients: numberedGroups(y.length, patients).of }),
  };
}

/** Twelve images of four patients, each of whom has images of both classes. */
const y = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1];
const first = [0.1, 0.2, 0.2, 0.5, 0.7, 0.2, 0.5, 0.5, 0.7, 0.8, 0.9, 0.9];
const second = [0.3, 0.1, 0.4, 0.2, 0.6, 0.5, 0.4, 0.7, 0.3, 0.9, 0.8, 0.6];
const patients = ["a", "b", "b", "c", "d", "a", "a", "b", "c", "c", "d", "d"];

describe("images of patients, interpreted", () => {
  const interp = ClassificationInterpretation.fromPredictions(predictions(first, y, patients), {
    set: "test",
  });
  const alone = ClassificationInterpretation.fromPredictions(predictions(first, y), { set: "test" });

  it("have Rao and Scott's intervals, computed by another program", () => {
    const shares = interp.binary().shares({ threshold: 0.5 });
    for (const [name, designEffect, interval] of [
      ["recall", 1.07936507937, [0.472892683653, 0.975685196426]],
      ["specificity", 1.68888888889, [0.171058582697, 0.915990308366]],
      ["precision", 1, [0.40927543031, 0.928520787248]],
      ["negativePredictiveValue", 1.33333333333, [0.256092680317, 0.963158803805]],
      ["accuracy", 1, [0.467694665066, 0.911058331606]],
    ] as const) {
      near([shares[name].designEffect, ...shares[name].interval], [designEffect, ...interval], 1e-9, name);
    }
  });

  it("have Obuchowski's errors of areas and of their difference without being told", () => {
    const [a, b] = [first, second].map((scores) => {
      return ClassificationInterpretation.fromPredictions(predictions(scores, y, patients)).binary().scored;
    });
    assert.ok(a && b);
    near([aucInterval(a).standardError], [0.0609280806759], 1e-9, "area");
    const { standardError, p } = compareAucs(a, b);
    near([standardError, p], [0.0515902867243, 0.579706072805], 1e-9, "difference");
  });

  it("are said to be of patients, and others to be taken as independent", () => {
    assert.equal(interp.images, "12 test images of 4 patients");
    assert.equal(interp.patients, 4);
    assert.match(
      interp.summary().caption ?? "",
      /^12 test images of 4 patients; 95% confidence intervals, which take into account/,
    );
    const caption = (one: ClassificationInterpretation) =>
      one.binary().estimatesTable({ resamples: 100 }).caption ?? "";
    assert.match(caption(interp), /by the bootstrap, resampling 4 patients$/);
    assert.equal(alone.images, "12 test images");
    assert.equal(alone.patients, undefined);
    assert.match(alone.summary().caption ?? "", /for which images are taken as independent/);
    assert.match(caption(alone), /resampling images, which are taken as independent$/);
  });

  it("keep their counts, and give the intervals of metrics.json with their design effects", () => {
    const [ours, theirs] = [interp.metrics(), alone.metrics()];
    for (const name of ["errorRate", "accuracy", "recall", "specificity", "precision"] as const) {
      assert.equal(ours[name], theirs[name]);
    }
    assert.deepEqual([ours.patients, theirs.patients], [4, null]);
    assert.deepEqual([...new Set(Object.values(theirs.designEffects))], [1]);
    for (const [name, interval] of Object.entries(ours.intervals)) {
      const share = interp[name as "recall"]();
      near(interval, share.interval, 1e-12, name);
    }
    // What the file holds is enough to compute them anew.
    const { intervals } = matrixMetrics(ours.confusionMatrix, interp.preds.classes, "PNEUMONIA", ours);
    assert.deepEqual(intervals, ours.intervals);
  });

  it("are counted in parts of the set too", () => {
    const groups = y.map((_, i) => (i % 2 === 0 ? "even" : "odd"));
    const [even] = interp.binary().subgroups(groups);
    const [independent] = alone.binary().subgroups(groups);
    assert.ok(even && independent);
    assert.equal(even.recall.value, independent.recall.value);
    assert.equal(even.recall.groups, 3, "a, c and d have an even image of PNEUMONIA");
    assert.ok(even.errorRate.groups < independent.errorRate.groups);
  });
});

const reference = path.join(projectRoot, "..", "shared", "evaluation", "predictions.json");

it(
  "the 624 test images of 428 patients have the intervals of the reference",
  { skip: !existsSync(reference) && `there is no ${reference}` },
  () => {
    const run = JSON.parse(readFileSync(reference, "utf8")) as {
      readonly y: readonly number[];
      readonly score: readonly number[];
      readonly patient: readonly string[];
    };
    const interp = ClassificationInterpretation.fromPredictions(predictions(run.score, run.y, run.patient), {
      set: "test",
    });
    assert.equal(interp.images, "624 test images of 428 patients");
    for (const [name, designEffect, interval] of [
      ["recall", 1.10601063143, [0.838515549078, 0.907206641645]],
      ["specificity", 1.16709183673, [0.747561966057, 0.856253809417]],
      ["precision", 1.39510296076, [0.840650542422, 0.9163088378]],
      ["accuracy", 1.15460861066, [0.818463686512, 0.878505346329]],
    ] as const) {
      const share = interp[name]();
      near([share.designEffect, ...share.interval], [designEffect, ...interval], 1e-9, name);
      near(interp.metrics().intervals[name] ?? [], interval, 1e-9, name);
    }
  },
);
