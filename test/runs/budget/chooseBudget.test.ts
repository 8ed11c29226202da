import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BudgetQuestion, chooseBudget } from "../../../src/runs/budget/chooseBudget.js";
import { predictRun } from "../../../src/runs/budget/predictRun.js";
import { budgetInWords } from "../../../src/runs/budget/RunBudget.js";
import { type RunSpeed, stepAt } from "../../../src/runs/budget/RunSpeed.js";
import { presets } from "../../../src/runs/presets.js";

const kermany = { train: [1349, 3883], valid: [234, 390] };
const { article, quick } = presets;

/** A machine on which an image of 100 px takes some seconds, a tenth of it whatever its size. */
function machine(secondsAnImage: number, bs = 16): RunSpeed {
  const step = (size: number) => {
    const unfrozen = bs * secondsAnImage * (0.1 + 0.9 * (size / 100) ** 2);
    return { size, bs, unfrozen, frozen: 0.7 * unfrozen, valid: unfrozen / 3, graph: 3 };
  };
  return { steps: [step(64), step(160)], startSeconds: 3, secondsAnImage: 0.004 };
}

const none = { size: false, epochs: false, trainPerClass: false };
function ask(minutes: number, question: Partial<BudgetQuestion> = {}) {
  const speed = question.speed ?? machine(0.02);
  const all = { parameters: quick, given: none, counts: kermany, ...question, speed };
  return chooseBudget({ seconds: 60 * minutes, ...all });
}

/** Within 15% of the wish. */
function assertFills({ seconds }: { readonly seconds: number }, minutes: number): void {
  assert.ok(Math.abs(seconds / 60 / minutes - 1) < 0.15, `${seconds / 60} of ${minutes} minutes`);
}

describe("a step's seconds at another size", () => {
  it("are those measured, and grow with the pixels from what each image costs", () => {
    const { steps } = machine(0.02);
    assert.deepEqual(stepAt(64, steps), steps[0]);
    assert.ok(Math.abs(stepAt(200, steps).unfrozen - 16 * 0.02 * (0.1 + 0.9 * 4)) < 1e-9);
    assert.ok(Math.abs(stepAt(100, steps).valid - (16 * 0.02) / 3) < 1e-9);
  });

  it("are in proportion to the pixels where one size was measured, and never less for more pixels", () => {
    const [small] = machine(0.02).steps;
    assert.ok(small);
    assert.ok(Math.abs(stepAt(128, [small]).frozen - 4 * small.frozen) < 1e-9);
    const noisy = [small, { ...small, size: 160, unfrozen: small.unfrozen / 2 }];
    assert.ok(stepAt(299, noisy).unfrozen >= stepAt(200, noisy).unfrozen);
    assert.ok(stepAt(299, noisy).unfrozen > 0);
  });
});

describe("the prediction of a run", () => {
  it("adds up its steps, validation, search, graphs and what is not training", () => {
    const [at] = machine(0.02).steps;
    assert.ok(at);
    const speed: RunSpeed = { steps: [at], startSeconds: 0, secondsAnImage: 0.01 };
    const run = { ...quick, size: 64, trainPerClass: 500, epochsFrozen: 2, epochsUnfrozen: 1 };
    const [train, valid] = [62, 624 / 16];
    const expected =
      0.01 * 1624 +
      4 * at.graph +
      2 * (train * at.frozen + valid * at.valid) +
      1 * (train * at.unfrozen + valid * at.valid) +
      90 * at.unfrozen +
      valid * at.valid;
    assert.ok(Math.abs(predictRun(run, kermany, speed) - expected) < 1e-6);
    const slowStart = { ...speed, startSeconds: 10 };
    assert.ok(predictRun(run, kermany, slowStart) > expected + 30);
  });
});

describe("a run of so many minutes", () => {
  for (const minutes of [4, 8, 15, 30, 60, 120, 200]) {
    it(`fills ${minutes} minutes`, () => {
      assertFills(ask(minutes), minutes);
    });
  }

  it("has bigger images and more epochs the more time there is, and some hundred images of each class", () => {
    const chosen = [4, 15, 60, 240, 960].map((minutes) => ask(minutes).parameters);
    const sizes = chosen.map(({ size }) => size);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => a - b),
    );
    assert.ok((sizes.at(-1) ?? 0) > (sizes[0] ?? 0));
    for (const { trainPerClass } of chosen.slice(1)) {
      assert.ok(trainPerClass === 0 || trainPerClass >= 300, String(trainPerClass));
    }
  });

  it("has the article's numbers where they fit, and says that it could not be more", () => {
    const { bs } = article;
    const { parameters, limit, seconds } = ask(600, { parameters: article, speed: machine(0.0002, bs) });
    const { size, epochsFrozen, epochsUnfrozen, trainPerClass } = parameters;
    assert.deepEqual([size, epochsFrozen, epochsUnfrozen, trainPerClass], [299, 8, 10, 0]);
    assert.equal(limit, "most");
    assert.ok(seconds < 600 * 60);
  });

  it("has the least that is worth training where nothing fits, and says so", () => {
    const { parameters, limit, seconds } = ask(1, { speed: machine(1) });
    assert.deepEqual([parameters.size, parameters.trainPerClass, limit], [64, 40, "least"]);
    assert.ok(seconds > 60);
    assert.equal(ask(-1).limit, "least");
  });

  it("keeps what was given, and has the rest vary", () => {
    const sized = ask(60, { parameters: { ...quick, size: 200 }, given: { ...none, size: true } });
    assert.equal(sized.parameters.size, 200);
    assertFills(sized, 60);
    const epochs = { ...quick, epochsFrozen: 3, epochsUnfrozen: 7 };
    const timed = ask(60, { parameters: epochs, given: { ...none, epochs: true } });
    assert.deepEqual([timed.parameters.epochsFrozen, timed.parameters.epochsUnfrozen], [3, 7]);
    assertFills(timed, 60);
    const few = ask(15, {
      parameters: { ...quick, trainPerClass: 150 },
      given: { ...none, trainPerClass: true },
    });
    assert.equal(few.parameters.trainPerClass, 150);
    assertFills(few, 15);
    const preset = ask(5, { given: { ...none, size: true, epochs: true } });
    assert.deepEqual({ ...preset.parameters, trainPerClass: 500 }, quick);
    assertFills(preset, 5);
    const onlySize = {
      parameters: { ...epochs, trainPerClass: 300 },
      given: { ...none, epochs: true, trainPerClass: true },
    };
    assertFills(ask(15, onlySize), 15);
    const all = ask(30, { given: { size: true, epochs: true, trainPerClass: true } });
    assert.deepEqual(all.parameters, quick);
    assert.equal(all.limit, "most");
  });

  it("has more epochs on a set of a few images, and a full batch of the smallest one", () => {
    const counts = { train: [60, 70], valid: [20, 20] };
    assertFills(ask(6, { counts }), 6);
    const three = ask(1, { counts: { train: [9, 9, 9], valid: [3, 3, 3] }, speed: machine(1) });
    assert.equal(three.parameters.trainPerClass, 0);
  });
});

describe("a time budget in words", () => {
  const stepSeconds = { size: 128, bs: 16, frozen: 0.8123, unfrozen: 1.2, valid: 0.3 };
  it("says the wish, what is expected, and by what it was reckoned", () => {
    assert.equal(
      budgetInWords({ minutes: 30, predictedMinutes: 28.74, stepSeconds }),
      "30 minutes were asked for, and the run is expected to take 28.7 minutes; a step with 16 images of 128 px takes " +
        "0.81 s with the body frozen and 1.2 s with the whole net, as measured.",
    );
  });

  it("says where nothing fits", () => {
    const words = (predictedMinutes: number, limit: "least" | "most") =>
      budgetInWords({ minutes: 30, predictedMinutes, limit, stepSeconds });
    assert.match(words(40, "least"), /but the smallest run with these settings takes about 40 minutes/);
    assert.match(words(10, "most"), /but the largest run with these settings takes only about 10 minutes/);
    assert.match(words(29, "most"), /and the run is expected to take 29 minutes/);
  });
});
