import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  accuracy,
  adam,
  aucInterval,
  BinaryInterpretation,
  bootstrap,
  borderAttention,
  brightness,
  chooseParameters,
  ClassificationInterpretation,
  cnnLearner,
  cohenKappa,
  compareAucs,
  conformalSet,
  cutout,
  defineTransform,
  errorRate,
  evaluateScores,
  findDataset,
  findDuplicates,
  flipLr,
  getTransforms,
  gradCam,
  ImageDataBunch,
  ImageDataset,
  imageFacts,
  kermanyPatient,
  type Learner,
  Learner as ALearner,
  loadLearner,
  lrSuggestions,
  matthewsCorrcoef,
  mcNemar,
  presets,
  quartiles,
  Random,
  recall,
  rotate,
  saveFigure,
  setDisplay,
  shareInBorder,
  showDuplicates,
  slice,
  topKAccuracy,
  zoom,
} from "../../src/index.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";

/** A value that the compiler would refuse. */
const js = (value: unknown): never => value as never;

describe("arguments that plain JavaScript lets pass are refused, with the value and the right call", () => {
  let learn: Learner<ImageDataBunch>;
  let interp: ClassificationInterpretation;
  before(async () => {
    learn = await tinyLearner();
    interp = await ClassificationInterpretation.fromLearner(learn);
  });
  after(async () => {
    learn.dispose();
    await learn.data.close();
  });
  const data = (options: object) =>
    ImageDataBunch.fromFolder(
      smallSet(3, 2),
      js({ valid: "test", size: 32, bs: 4, numWorkers: 0, ...options }),
    );
  const figure = { data: [], layout: {}, alt: "" };
  const scored = () => interp.binary().scored;

  const refused: [what: string, call: () => unknown, ...said: string[]][] = [
    [
      "fast.ai's call",
      () => interp.plotTopLosses(js(9), js(undefined)),
      "given 9 as learn",
      "plotTopLosses(learn, 9)",
    ],
    ["no learner", () => interp.plotCases(js("a"), 3), "given 'a' as learn", "plotCases(learn, 3)"],
    ["no number", () => interp.plotTopLosses(learn, js("9")), "given '9' as k"],
    ["no learner for pictures", () => interp.plotConfusionImages(js({})), "given {} as learn"],
    ["no least count", () => interp.mostConfused(js("a")), "minVal is 'a'"],
    ["no predictions", () => ClassificationInterpretation.fromPredictions(js(null)), "given null as preds"],
    [
      "a promise of them",
      () => ClassificationInterpretation.fromPredictions(js(learn.getPreds())),
      "as preds",
      "Put `await` before it",
    ],
    [
      "lists from a file",
      () => new BinaryInterpretation(js({ probs: [0.1, 0.9], y: [1], classes: ["a", "b"] }), "a"),
      "Float32Array",
    ],
    [
      "another interpretation",
      () => {
        interp.binary().showTemperature(2, js(interp));
      },
      "as cooled",
    ],
    ["data for a learner", () => ClassificationInterpretation.fromLearner(js(learn.data)), "as learn"],

    ["one number for two", () => rotate(js(5)), "degrees is 5", "[5, 5]"],
    ["options for bounds", () => rotate(js({ degrees: "a" })), "degrees is", "[lowest, highest]"],
    ["three bounds", () => brightness(js([0.3, 0.4, 0.5])), "change is [ 0.3, 0.4, 0.5 ]"],
    ["texts", () => zoom(js(["a", "b"])), "The lower bound of scale is 'a'"],
    ["no bounds", () => cutout(js(null)), "nHoles is null"],
    ["no chance", () => flipLr(js("often")), "p is 'often'"],
    ["no definition", () => defineTransform(js({ name: "my/own" })), "as definition", "make, args, draw"],
    ["a number among transforms", () => getTransforms(js({ xtraTfms: [1] })), "xtraTfms[0] is 1", "rotate("],
    [
      "a function that was not called",
      () => getTransforms(js({ xtraTfms: [flipLr(), rotate] })),
      "xtraTfms[1] is the function",
      "Call it",
    ],
    ["transforms of no bunch", () => data({ dsTfms: { train: [5], valid: [] } }), "dsTfms.train[0] is 5"],
    ["one list for both", () => data({ dsTfms: { train: [] } }), "dsTfms is", "both lists"],
    ["no transforms", () => data({ dsTfms: [] }), "dsTfms is []", "getTransforms()", "leave it out"],
    [
      "transforms that were not called for",
      () => data({ dsTfms: getTransforms }),
      "dsTfms: getTransforms().",
    ],
    [
      "bounds in a list by hand",
      () =>
        data({
          dsTfms: { train: [], valid: [{ name: "zoom", p: 1, scale: 2, rowPct: [0, 1], colPct: [0, 1] }] },
        }),
      "scale is 2",
    ],
    ["no folder", () => ImageDataBunch.fromFolder(js(5), { size: 32 }), "given 5 as folder"],
    ["an empty folder", () => ImageDataBunch.fromFolder("", { size: 32 }), "given '' as folder"],
    [
      "no list of files",
      () => ImageDataBunch.fromLists(smallSet(3, 2), js("a"), [], { size: 32 }),
      "given 'a' as fnames",
    ],
    [
      "no function",
      () => ImageDataBunch.fromNameFunc(smallSet(3, 2), undefined, js(/x/), { size: 32 }),
      "as labelFunc",
    ],
    [
      "no pattern",
      () => ImageDataBunch.fromNameRe(smallSet(3, 2), undefined, js(5), { size: 32 }),
      "given 5 as pattern",
    ],
    [
      "images that are none",
      () => new ImageDataset(js(["a.png"]), ["a"]),
      "as items",
      "{ path, label, class }",
    ],
    ["no images for a loader", () => learn.data.loader(js([]), []), "given [] as dataset"],
    ["a bunch", () => findDuplicates(js(learn.data)), "as sets", "data.findDuplicates()"],
    ["sets in a list", () => findDuplicates(js([learn.data.validDs])), "as sets"],
    ["no duplicates", () => showDuplicates(js(Promise.resolve([]))), "as pairs", "await"],
    ["one path", () => imageFacts(js("a.png")), "given 'a.png' as paths"],
    ["no seed", () => new Random(js("a")), "The seed of Random is 'a'", "new Random(1)"],

    [
      "a net's name",
      () => cnnLearner(learn.data, js("resnet50")),
      "'resnet50'",
      "cnnLearner(data, models.resnet50)",
    ],
    ["no data", () => cnnLearner(js("data"), js({})), "as data"],
    ["no net", () => new ALearner(learn.data, js({}), "a"), "given {} as model"],
    ["no name", () => learn.save(js(5)), "name is 5", "stage-1"],
    ["no name to load", () => learn.load(js(undefined)), "name is undefined"],
    ["no folder for a browser's net", () => learn.exportTfjs(""), "given '' as folder"],
    ["callbacks without a list", () => learn.fit(1, 1e-3, js({})), "callbacks is {}"],
    ["rates that are none", () => slice(js("a")), "'a'"],
    ["a rate of nothing", () => slice(1e-5, js(null)), "is null"],
    ["three momentums", () => learn.fitOneCycle(1, js({ moms: [0.9, 0.8, 0.9] })), "moms is", "[0.95, 0.85]"],
    ["three in two fits", () => learn.fineTune(1, js({ moms: [0.9, 0.8, 0.9] })), "moms is"],
    ["one beta", () => adam(js({ betas: [0.9] })), "betas is [ 0.9 ]"],
    ["other data", () => (learn.data = js(5)), "learn.data was given 5 as data", "learn.data = otherData"],
    [
      "a learner for a metric",
      () => accuracy(js(learn)),
      "accuracy was given Learner",
      "metrics: [accuracy]",
    ],
    ["nothing for a metric", () => errorRate(js(undefined)), "errorRate was given undefined", "[errorRate]"],
    [
      "a learner for a whole metric",
      () => recall()(js(learn)),
      "recall was given Learner",
      "{ logits, c, y }",
    ],
    ["a learner for the first k", () => topKAccuracy()(js(learn)), "topKAccuracy was given Learner"],
    ["a matrix without classes", () => cohenKappa([]), "given [] as matrix", "[[8, 2], [1, 9]]"],
    ["rows of other lengths", () => matthewsCorrcoef([[1, 2], [3]]), "as matrix", "for each class"],
    [
      "less than nothing",
      () =>
        cohenKappa([
          [1, -2],
          [3, 1],
        ]),
      "as matrix",
    ],
    ["no image", () => learn.predict(js(5)), "5 was given in place of an image"],
    ["no image to explain", () => gradCam(learn, js([])), "given in place of an image"],
    [
      "a number of files",
      async () => (await loadLearner(await learn.export())).getPreds(js(3)),
      "given 3 as images",
    ],
    [
      "letters of a name",
      async () => (await loadLearner(await learn.export())).predictEach(js("abc")).next(),
      "given 'abc' as images",
    ],
    [
      "a number among paths",
      async () => (await loadLearner(await learn.export())).predictEach(js([1])).next(),
      "given 1 as one of the images",
    ],
    ["fewer losses", () => lrSuggestions([1, 2, 3], [1]), "3 learning rates and 1 losses"],

    ["an unknown preset", () => chooseParameters(js({ preset: "quik" })), 'no preset "quik"'],
    [
      "a preset alone",
      () => chooseParameters(js({ preset: "quick" })),
      "have no size, bs",
      "...presets.article",
    ],
    ["no parameters", () => chooseParameters(js({ ...presets.quick })), "There is no preset"],
    ["swapped", () => saveFigure(js(figure), js("a.svg")), "as file", 'saveFigure("matrix.svg")'],
    ["no file", () => saveFigure(js(5)), "given 5 as file"],
    ["no figure", () => saveFigure(path.join(temporaryFolder(), "a.svg"), js({})), "given {} as figure"],
    ["a name for a figure", () => saveFigure("a.svg", js("conf")), "given 'conf' as figure"],
    ["no display", () => setDisplay(js(console)), "as display"],
    ["no map", () => shareInBorder(js({})), "given {} as map"],
    ["no maps", () => borderAttention(js([{}])), "as images"],
    ["no data set", () => findDataset(js(5)), "given 5 as dataDir"],
    ["no file's name", () => kermanyPatient(js(undefined)), "given undefined as file"],

    [
      "scores in a list",
      () => evaluateScores(js({ scores: [0.1], positive: [1] })),
      "as items",
      "Float64Array",
    ],
    ["no scores", () => aucInterval(js(interp)), "as scored"],
    ["one net alone", () => compareAucs(scored(), js(undefined)), "given undefined as b"],
    ["groups of no list", () => evaluateScores({ ...scored(), groups: js("a") }), "groups is 'a'"],
    ["numbers for truth", () => mcNemar(js([1, 0]), js([0, 0])), "as first"],
    ["no matrix", () => cohenKappa(js([1, 2])), "as matrix"],
    ["no function to draw with", () => bootstrap(5, js(7)), "given 7 as statistics"],
    [
      "other classes",
      () => conformalSet([0.2], { limits: [0.1, 0.2], classes: [] } as never),
      "1 probabilities",
    ],
    ["no numbers", () => quartiles("age", js(["1", "2"])), "as values"],
  ];
  for (const [what, call, ...said] of refused) {
    it(what, () => refuses(call, ...said));
  }

  it("but what is right passes", async () => {
    const own = getTransforms({ xtraTfms: [rotate([-5, 5], 0.5)] });
    const bunch = await data({ dsTfms: own, bs: 2 });
    assert.equal(bunch.trainDs.length, 6);
    assert.equal(slice(1e-5, 1e-3).stop, 1e-3);
    await bunch.close();
  });
});
