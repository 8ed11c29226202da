import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  adam,
  BinaryInterpretation,
  ClassificationInterpretation,
  cnnLearner,
  compareSeeds,
  crossEntropy,
  CSVLogger,
  EarlyStoppingCallback,
  errorRate,
  fBeta,
  getTransforms,
  ImageDataBunch,
  type Learner,
  models,
  precision,
  recall,
  ReduceLROnPlateauCallback,
  SaveModelCallback,
  sgd,
  showDuplicates,
  topKAccuracy,
} from "../../src/index.js";
import { nearestName } from "../../src/core/nearestName.js";
import type { Predictions } from "../../src/statistics/Predictions.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";

describe("options that plain JavaScript lets pass", () => {
  let learn: Learner<ImageDataBunch>;
  before(async () => {
    learn = await tinyLearner();
  });
  after(async () => {
    learn.dispose();
    await learn.data.close();
  });
  const preds: Predictions = {
    probs: Float32Array.from([0.9, 0.1, 0.2, 0.8]),
    y: Int32Array.from([0, 1]),
    losses: Float32Array.from([0.1, 0.2]),
    classes: ["cat", "dog"],
  };
  const interp = ClassificationInterpretation.fromPredictions(preds);
  const binary = new BinaryInterpretation(preds, "dog");
  /** An object whose names the compiler does not know. */
  const js = (options: object): never => options as never;

  const unknown: [what: string, call: () => unknown, said: string, meant?: string][] = [
    ["fast.ai's spelling", () => learn.fitOneCycle(1, js({ max_lr: 1e-3 })), 'no option "max_lr"', "maxLr"],
    ["another library's name", () => learn.fitOneCycle(1, js({ lr: 1e-3 })), 'no option "lr"', "maxLr"],
    ["a fit's name in fineTune", () => learn.fineTune(1, js({ base_lr: 1e-3 })), '"base_lr"', "baseLr"],
    ["a search", () => learn.lrFind(js({ num_it: 20 })), '"num_it"', "numIt"],
    ["predictions", () => learn.getPreds(js({ ds_type: "valid" })), '"ds_type"', "dsType"],
    ["test-time augmentation", () => learn.TTA(js({ sclae: 1.2 })), '"sclae"', "scale"],
    [
      "a learner",
      () => cnnLearner(learn.data, models.resnet50, js({ metric: [errorRate] })),
      '"metric"',
      "metrics",
    ],
    [
      "a learner's head",
      () => cnnLearner(learn.data, models.resnet50, js({ lin_ftrs: 8 })),
      '"lin_ftrs"',
      "linFtrs",
    ],
    ["dropout", () => cnnLearner(learn.data, models.resnet50, js({ dropout: 0.1 })), '"dropout"', "ps"],
    ["an optimizer", () => adam(js({ beta: [0.9, 0.9] })), '"beta"', "betas"],
    ["another optimizer", () => sgd(js({ nesterov: true })), '"nesterov"'],
    ["a loss", () => crossEntropy(js({ label_smoothing: 0.1 })), '"label_smoothing"', "labelSmoothing"],
    ["a metric", () => recall(js({ pos_label: 1 })), '"pos_label"', "posLabel"],
    ["a metric with a number", () => topKAccuracy(js({ K: 3 })), '"K"', "k"],
    ["f-beta", () => fBeta(js({ beat: 1 })), '"beat"', "beta"],
    ["a callback", () => new EarlyStoppingCallback(js({ min_delta: 0.1 })), '"min_delta"', "minDelta"],
    ["a saving callback", () => new SaveModelCallback(js({ nmae: "best" })), '"nmae"', "name"],
    ["a rate's callback", () => new ReduceLROnPlateauCallback(js({ min_lr: 0 })), '"min_lr"', "minLr"],
    ["a log", () => new CSVLogger(js({ file: "log" })), '"file"'],
    ["augmentation", () => getTransforms(js({ do_flip: false })), '"do_flip"', "doFlip"],
    [
      "augmentation with two letters swapped",
      () => getTransforms(js({ maxRotaet: 3 })),
      '"maxRotaet"',
      "maxRotate",
    ],
    ["a figure", () => interp.plotConfusionMatrix(js({ normalise: true })), '"normalise"', "normalize"],
    ["an interpretation", () => interp.binary(js({ positiveClass: "cat" })), '"positiveClass"'],
    ["an evaluation", () => interp.evaluation(js({ treshold: 0.3 })), '"treshold"', "threshold"],
    ["intervals", () => binary.estimates(js({ n_resamples: 100 })), '"n_resamples"', "resamples"],
    ["a rule", () => binary.chooseThreshold(js({ sensitivity: 0.98 })), '"sensitivity"'],
    ["a plot of a search", () => learn.recorder.plot(js({ skip_end: 1 })), '"skip_end"', "skipEnd"],
    [
      "a comparison",
      () => compareSeeds([1], [2], js({ higherisbetter: false })),
      '"higherisbetter"',
      "higherIsBetter",
    ],
    ["a list of pairs", () => showDuplicates([], js({ row: 2 })), '"row"', "rows"],
    ["an export", () => learn.export("a", js({ temprature: 2 })), '"temprature"', "temperature"],
    ["a checkpoint", () => learn.save("a", js({ with_opt: true })), '"with_opt"'],
  ];
  const bunches: typeof unknown = [
    [
      "a folder",
      () => ImageDataBunch.fromFolder(".", js({ size: 32, ds_tfms: getTransforms() })),
      'fromFolder() has no option "ds_tfms"',
      "dsTfms",
    ],
    [
      "another library's batch",
      () => ImageDataBunch.fromFolder(".", js({ size: 32, batch_size: 4 })),
      '"batch_size"',
      "bs",
    ],
    [
      "another factory's column",
      () => ImageDataBunch.fromFolder(".", js({ size: 32, labelCol: 1 })),
      '"labelCol"',
    ],
    [
      "a table",
      () => ImageDataBunch.fromCsv(".", js({ size: 32, fn_col: 0 })),
      'fromCsv() has no option "fn_col"',
      "fnCol",
    ],
    [
      "lists",
      () => ImageDataBunch.fromLists(".", [], [], js({ size: 32, valid_pct: 0.1 })),
      "fromLists() has no",
      "validPct",
    ],
    [
      "a function",
      () => ImageDataBunch.fromNameFunc(".", [], () => "a", js({ size: 32, num_workers: 1 })),
      '"num_workers"',
      "numWorkers",
    ],
    ["a pattern", () => ImageDataBunch.fromNameRe(".", [], /(a)/, js({ sise: 32 })), '"sise"', "size"],
    [
      "a folder of test images",
      () => learn.data.labelledLoader(".", js({ per_class: 3 })),
      '"per_class"',
      "perClass",
    ],
    ["a grid", () => learn.data.showBatch(js({ row: 3 })), 'showBatch() has no option "row"', "rows"],
    ["duplicates", () => learn.data.findDuplicates(js({ max_distance: 3 })), '"max_distance"', "maxDistance"],
  ];
  for (const [what, call, said, meant] of [...unknown, ...bunches]) {
    it(`an unknown name is refused, and the nearest one said: ${what}`, () =>
      refuses(call, said, meant === undefined ? "The options are: " : `Did you mean ${meant}?`));
  }

  const wrong: [what: string, call: () => unknown, ...parts: string[]][] = [
    [
      "one metric in place of a list",
      () => cnnLearner(learn.data, models.resnet50, js({ metrics: errorRate })),
      "metrics is the function errorRate",
      "metrics: [errorRate]",
    ],
    [
      "a metric by its name",
      () => cnnLearner(learn.data, models.resnet50, js({ metrics: ["accuracy"] })),
      'metrics[0] is "accuracy"',
      "without the quotes",
    ],
    [
      "a metric that was not made",
      () => cnnLearner(learn.data, models.resnet50, js({ metrics: [precision] })),
      "metrics[0] is the function precision itself",
      "precision()",
    ],
    [
      "an optimizer that was not made",
      () => cnnLearner(learn.data, models.resnet50, js({ optFunc: adam })),
      "optFunc is the function adam itself",
      "adam()",
    ],
    [
      "a loss that was not made",
      () => cnnLearner(learn.data, models.resnet50, js({ lossFunc: crossEntropy })),
      "crossEntropy()",
    ],
    [
      "a callback's class",
      () => cnnLearner(learn.data, models.resnet50, js({ callbacks: [CSVLogger] })),
      "callbacks[0] is the class CSVLogger itself",
      "new CSVLogger()",
    ],
    [
      "one callback",
      () => learn.fitOneCycle(1, js({ callbacks: new CSVLogger() })),
      "callbacks is",
      "Give a list",
    ],
    [
      "a rate by position",
      () => learn.fitOneCycle(1, js(1e-3 as never)),
      "fitOneCycle() was given 0.001",
      "maxLr",
    ],
    ["options as a text", () => getTransforms(js("none" as never)), "getTransforms() was given 'none'"],
    ["a text for a number", () => learn.lrFind(js({ numIt: "20" })), "numIt is '20'", "Give a number"],
    [
      "a text for a truth value",
      () => getTransforms(js({ doFlip: "false" })),
      "doFlip is 'false'",
      "true or false",
    ],
    [
      "no options",
      () => ImageDataBunch.fromFolder(".", undefined as never),
      "fromFolder() was given undefined",
      "{ size: ... }",
    ],
    ["a size that is a text", () => ImageDataBunch.fromFolder(".", js({ size: "224" })), "size is '224'"],
    [
      "transforms as a list",
      () => ImageDataBunch.fromFolder(".", js({ size: 32, dsTfms: [] })),
      "dsTfms is []",
    ],
    ["a Map", () => getTransforms(js(new Map([["doFlip", false]]))), "was given Map"],
    [
      "options of a prototype",
      () => ImageDataBunch.fromFolder(".", js(Object.create({ size: 32, validPct: 0.3 }) as object)),
      "where its options belong",
    ],
    [
      "a callback's class, in a fit",
      () => learn.fitOneCycle(1, js({ callbacks: [EarlyStoppingCallback] })),
      "the class EarlyStoppingCallback",
      "new EarlyStoppingCallback(",
    ],
    [
      "a callback with fast.ai's names",
      () => learn.fitOneCycle(1, js({ callbacks: [{ on_epoch_end: () => undefined }] })),
      "no method that a training calls: on_epoch_end",
      "epochEnd in place of on_epoch_end",
    ],
    ["a callback that is nothing", () => learn.fit(1, 1e-3, [null] as never), "Callback 1 is null"],
    ["a callback that is a number", () => learn.fineTune(1, js({ callbacks: [5] })), " is 5."],
    ["nothing for a value", () => recall(js({ average: null })), "average is null", "Leave average out"],
    ["a rate that is a text", () => learn.fit(1, "1e-3" as never), "The learning rate is '1e-3'"],
    ["a rate that is an object", () => learn.fit(1, { lr: 1e-3 } as never), "The learning rate is"],
    ["a rule that is none", () => binary.chooseThreshold("yuden" as never), 'The rule is "yuden"', "youden"],
  ];
  for (const [what, call, ...parts] of wrong) {
    it(`a value of the wrong kind is refused: ${what}`, () => refuses(call, ...parts));
  }

  it("what is right passes, undefined included", () => {
    assert.equal(getTransforms({ maxZoom: undefined, doFlip: false }).train.length, 6);
    assert.equal(binary.counts(binary.chooseThreshold({ recall: 1 })).tp, 1);
    assert.equal(typeof recall({}), "function");
  });
});

it("the nearest name is none where no name is near", () => {
  const known = ["size", "bs", "dsTfms", "validPct", "numWorkers"];
  for (const [name, nearest] of [
    ["batch_size", "bs"],
    ["ds_tfms", "dsTfms"],
    ["tfms", "dsTfms"],
    ["sise", "size"],
    ["valid_pct", "validPct"],
    ["num_workers", "numWorkers"],
    ["b", undefined],
    ["colour", undefined],
    ["constructor", undefined],
  ] as const) {
    assert.equal(nearestName(name, known), nearest, name);
  }
});
