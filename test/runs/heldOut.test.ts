import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Display, setDisplay, type Table } from "../../src/core/Display.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { certainAnswers } from "../../src/runs/heldOut/certainAnswers.js";
import { choicesTable } from "../../src/runs/heldOut/choicesTables.js";
import type { Choices } from "../../src/runs/heldOut/Choices.js";
import { HeldOutChoices } from "../../src/runs/heldOut/HeldOutChoices.js";
import { presets } from "../../src/runs/presets.js";
import { saveMetrics } from "../../src/runs/saveMetrics.js";
import { runCode } from "../../src/runs/RunSource.js";
import { formatThreshold } from "../../src/statistics/format.js";
import { writeStartedRun } from "../../src/runs/StartedRun.js";
import type { Callback } from "../../src/training/callbacks/Callback.js";
import { SaveModelCallback } from "../../src/training/callbacks/SaveModelCallback.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { listening, makeLearner } from "../support/killedFits.js";
import { refuses } from "../support/refuses.js";

describe("HeldOutChoices", () => {
  const variable = "XRAY_RUN_DIR";
  let before: string | undefined;
  let run = "";
  const tables: Table[] = [];
  const keeping: Display = { ...listening, table: (table) => void tables.push(table) };
  beforeEach(() => {
    before = process.env[variable];
    run = temporaryFolder();
    process.env[variable] = run;
    tables.length = 0;
    setDisplay(keeping);
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = before;
    setDisplay(listening);
  });
  const saveFirst: Callback = {
    epochEnd: async ({ learn, epoch }) => {
      if (epoch === 0) await learn.save("first");
    },
  };
  const trained = async (
    root: string,
    callbacks: readonly Callback[] = [new SaveModelCallback()],
    options: Partial<Parameters<typeof ImageDataBunch.fromFolder>[1]> = {},
  ) => {
    const data = await ImageDataBunch.fromFolder(path.join(root, "train"), {
      ...{ size: 32, bs: 4, seed: 3, numWorkers: 0, validPct: 0.3, stratify: true },
      dsTfms: getTransforms(),
      ...options,
    });
    const learn = await makeLearner({}, 3, { data: data.normalize(imagenetStats) });
    await learn.fit(3, 1e-2, [saveFirst, ...callbacks]);
    return learn;
  };
  const protocol = () =>
    (JSON.parse(readFileSync(path.join(run, "metrics.json"), "utf8")) as { protocol: unknown }).protocol;

  it("judges test images of one class alone, and then chooses nothing more for this run", async () => {
    const root = smallSet(10, 3);
    const learn = await trained(root);
    const slip = { recal: 0.9 } as { recall?: number };
    await refuses(HeldOutChoices.make(learn, slip), 'has no option "recal"', "recall");
    const choices = await HeldOutChoices.make(learn);
    choices.show();
    rmSync(path.join(root, "test", "NORMAL"), { recursive: true });
    const dataset = { path: root, kind: "phantom", train: "train", valid: "test" } as const;
    const tested = await choices.openTest(dataset);
    choices.showBeside(tested);
    const [area] = tables.at(-1)?.rows ?? [];
    assert.match(area?.[1] ?? "", /^\d\.\d{3} \(/);
    assert.equal(area?.[2], "– (–)");
    await refuses(HeldOutChoices.make(learn), "have been opened", "Restart the kernel");
    await saveMetrics(learn, tested, { dataset, parameters: presets.quick, choices });
    assert.equal(protocol(), "held-out");
    process.env[variable] = temporaryFolder();
    assert.ok(await HeldOutChoices.make(learn), "another run may choose");
  });

  it("notes the epoch that the net is of where no callback has taken the one with the lowest loss", async () => {
    const learn = await trained(smallSet(10, 3), []);
    const losses = learn.history.map(({ validLoss }) => Number(validLoss));
    const { choices } = await HeldOutChoices.make(learn);
    const isLowest = Math.min(...losses) === losses[2];
    assert.deepEqual(choices.epochs, {
      unfrozen: { trained: 3, chosen: 3, ...(!isLowest && { isLowest }) },
    });
    await learn.load("first");
    const { unfrozen } = (await HeldOutChoices.make(learn)).choices.epochs;
    assert.equal(unfrozen?.chosen, 1);
  });

  it("ends with what can be chosen where the held-out images have one class or determine no temperature", async () => {
    const root = smallSet(12, 3);
    // All images of one class are of one patient, who is in one set.
    const learn = await trained(root, [], {
      heldOutPct: 0.2,
      groupBy: (file) => (file.includes("NORMAL") ? "n" : file),
    });
    assert.deepEqual([...new Set(learn.data.heldOutDs?.items.map(({ label }) => label))], [1]);
    const made = await HeldOutChoices.make(learn);
    assert.deepEqual([made.choices.temperature, made.choices.threshold], [1, undefined]);
    made.show();
    const rows = (tables.at(-1)?.rows ?? []).map((cells) => cells.join(" | ")).join("\n");
    assert.match(rows, /temperature \| 1\.000 \| left as it is: these images determine none/);
    assert.match(rows, /threshold \| none \| .* since these images are all PNEUMONIA/);
    assert.match(rows, /by 0 patients with NORMAL, 2 patients with PNEUMONIA; a limit takes 19 patients/);
    made.showBeside(await made.openTest({ path: root, valid: "test" }));
    assert.equal(tables.at(-1)?.rows[0]?.[1], "– (–)");
    assert.match(
      tables.at(-1)?.caption ?? "",
      /^PNEUMONIA, threshold 0\.5; in brackets: [^.]*$/,
      "none was chosen",
    );
  });

  it("is not needed to save numbers, whose protocol is then the run's, or none", async () => {
    const root = smallSet(10, 3);
    const learn = await trained(root);
    const interp = await ClassificationInterpretation.fromLearner(learn);
    const dataset = { path: root, kind: "phantom", train: "train", valid: "test" } as const;
    const options = { dataset, parameters: presets.quick };
    await saveMetrics(learn, interp, options);
    assert.equal(protocol(), null);
    const started = { preset: "", parameters: {}, pdf: false };
    await writeStartedRun(run, { ...started, notebook: { file: "/own.ipynb", hash: "0" } });
    await saveMetrics(learn, interp, options);
    assert.equal(protocol(), null);
    await writeStartedRun(run, { ...started, protocol: "replica" });
    await saveMetrics(learn, interp, options);
    assert.equal(protocol(), "replica");
  });
});

describe("the table of choices", () => {
  const preds = {
    classes: ["cat", "dog"],
    probs: Float32Array.from([0.9, 0.1, 0.2, 0.8]),
    y: Int32Array.from([0, 1]),
    losses: new Float32Array(2),
  };
  const heldOut = ClassificationInterpretation.fromPredictions(preds, { set: "held-out" });
  const promise = { recall: 0.95, confidence: 0.95, threshold: 0.3, units: 60, needed: 59 };
  const choices = (trained: number, threshold: number | null = 0.3): Choices => ({
    epochs: { frozen: { trained, chosen: 1 } },
    temperature: 1,
    promise: { ...promise, threshold, allowedMisses: 0, misses: 0 },
  });

  it("says of a promise that it is not exact where the same images chose an epoch", () => {
    assert.match(choicesTable(choices(2), heldOut).note ?? "", /not exact: the same images chose the epoch/);
    assert.equal(choicesTable(choices(1), heldOut).note, undefined, "there was nothing to choose");
    assert.equal(choicesTable(choices(2, null), heldOut).note, undefined, "nothing is promised");
    assert.equal(choicesTable({ ...choices(2), apart: true }, heldOut).note, undefined, "others chose it");
  });

  it("says of an epoch why the net is of it", () => {
    const why = (epoch: Choices["epochs"][string]) =>
      choicesTable({ ...choices(2), epochs: { frozen: epoch }, apart: true }, heldOut).rows[0]?.slice(1);
    assert.deepEqual(why({ trained: 3, chosen: 2 }), ["2 of 3", "the lowest loss on the validation images"]);
    const isLowest = false;
    assert.deepEqual(why({ trained: 3, chosen: 3, isLowest }), [
      "3 of 3",
      "the last one; another one had a lower loss",
    ]);
    assert.match(
      why({ trained: 3, chosen: null, isLowest })?.join() ?? "",
      /unknown of 3,the net is not that of/,
    );
  });

  it("counts as certain what is predicted and alone possible, and no answer without conformal sets", () => {
    const dogs = [0.1, 0.35, 0.5, 0.9, 0.95];
    const many = {
      classes: ["cat", "dog"],
      probs: Float32Array.from(dogs.flatMap((p) => [1 - p, p])),
      y: Int32Array.from([0, 0, 1, 1, 0]),
      losses: new Float32Array(5),
    };
    // A cat is possible up to 0.4 for a dog, a dog from 0.45 on: 0.35 is called a dog, and may be a cat alone.
    const conformalSets = { level: 0.9, classes: many.classes, limits: [0.4, 0.55], units: [9, 9] };
    const threshold = { positiveClass: "dog", threshold: 0.3 };
    const { certain, right } = certainAnswers(many, { ...choices(1), threshold, conformalSets }) ?? {};
    assert.deepEqual([certain?.hits, certain?.of, right?.hits, right?.of], [4, 5, 3, 4]);
    assert.equal(certainAnswers(many, choices(1)), undefined);
  });

  it("shows thresholds rounded down, with three digits", () => {
    const shown = [0, 0.00041257, 0.1239, 0.57, 0.9996, 1, 5e-30].map((each) => formatThreshold(each, 3));
    assert.deepEqual(shown, ["0", "0.000412", "0.123", "0.57", "0.999", "1", "5e-30"]);
  });
});

describe("the code of a run", () => {
  it("is that of its protocol's notebook too; a person's own notebook has its own hash", () => {
    const codes = [runCode({ protocol: "replica" }), runCode({ protocol: "held-out" })];
    assert.notEqual(codes[0], codes[1]);
    assert.equal(codes[0], runCode({}));
    const folder = path.join(temporaryFolder(), "none");
    mkdirSync(folder);
    const own = runCode({ notebook: { file: path.join(folder, "x.ipynb"), hash: "0" } });
    assert.ok(codes[0].startsWith(`${own}-`));
  });
});
