import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import sharp from "sharp";
import { shortNumber } from "../../src/core/shortNumber.js";
import {
  atTemperature,
  ClassificationInterpretation,
  compareAucs,
  compareSeeds,
  evaluateScores,
  gradCam,
  imageFacts,
  type ImageDataBunch,
  type Learner,
  loadLearner,
  lrSuggestions,
  mcNemar,
  presets,
} from "../../src/index.js";
import { collectTexts } from "../support/collectTexts.js";
import { temporaryFolder } from "../support/folders.js";
import { tinyLearner } from "../support/tinyLearner.js";

describe("what a notebook shows of a result is words, and programs see none of them", () => {
  let learn: Learner<ImageDataBunch>;
  let picture: Uint8Array;
  before(async () => {
    learn = await tinyLearner();
    picture = await sharp({ create: { width: 40, height: 40, channels: 3, background: "#777" } })
      .png()
      .toBuffer();
    await collectTexts(() => learn.fit(1));
  });
  after(async () => {
    learn.dispose();
    await learn.data.close();
  });

  const results: [what: string, result: () => unknown, ...shown: RegExp[]][] = [
    [
      "a learner",
      () => learn,
      /^Learner: tiny for 2 classes, NORMAL, PNEUMONIA/,
      /12 training and 6 validation images/,
      /the last one: valid_loss \d\.\d{6}, error_rate \d\.\d{6}/,
    ],
    ["its net", () => learn.model, /^Cnn: \d+ layers, [\d,]+ parameters$/],
    [
      "its optimizer",
      () => learn.optimizer,
      /^Adam: \d+ arrays are trained, learning rates .*0\.003, wd 0\.01, 3 steps$/,
    ],
    ["its recorder", () => learn.recorder, /^Recorder of 3 training batches and 1 finished epochs/],
    ["its images", () => learn.data.trainDs, /^ImageDataset: 12 images \(6 NORMAL, 6 PNEUMONIA\)$/],
    [
      "its loader",
      () => learn.data.validDl,
      /^DataLoader: 2 batches of 4 of 6 images of 32 x 32; transforms: cropPad$/,
    ],
    [
      "predictions",
      () => learn.getPreds(),
      /^Predictions of 6 validation images: accuracy \d\.\d{3}, mean loss/,
      /probs: Float32Array \[6, 2\], a column for each of NORMAL, PNEUMONIA/,
    ],
    ["averaged predictions", () => learn.TTA(), /^Predictions of 6 validation images: accuracy/],
    [
      "cooled predictions",
      async () => atTemperature(await learn.getPreds(), 2),
      /^Predictions of 6 validation images/,
    ],
    [
      "a prediction",
      () => learn.predict(picture),
      /^(NORMAL|PNEUMONIA); probabilities: (NORMAL|PNEUMONIA) [01]\.\d{3}, (NORMAL|PNEUMONIA) 0\.\d{3}$/,
    ],
    ["a validation", () => learn.validate(), /^loss \d\.\d{6}, error_rate \d\.\d{6}$/],
    [
      "an interpretation",
      () => interpreted(),
      /^ClassificationInterpretation of 6 validation images \(NORMAL, PNEUMONIA\): accuracy \d\.\d{3} = \d\/6/,
    ],
    [
      "one class",
      async () => (await interpreted()).binary(),
      /^BinaryInterpretation of 6 validation images: 3 of 6 are of PNEUMONIA/,
    ],
    [
      "a share",
      async () => (await interpreted()).accuracy(),
      /^\d\.\d{3} = \d\/6, 95% CI \d\.\d{3} to \d\.\d{3}$/,
    ],
    [
      "an evaluation",
      async () => (await interpreted()).evaluation(),
      /^Evaluation of PNEUMONIA on 6 validation images/,
      /\n.*AUROC.* \d\.\d{3}/,
    ],
    [
      "estimates",
      async () => (await interpreted()).binary().estimates({ resamples: 100 }),
      /^measure +value +95% CI\n/,
      /\nauroc +\d\.\d{3} +\d\.\d{3} to/,
    ],
    [
      "a curve",
      async () => (await interpreted()).binary().rocCurve(),
      /^ROC curve of \d+ thresholds: the area under it is \d\.\d{3}\.$/,
    ],
    ["a heat map", () => gradCam(learn, picture), /^Grad-CAM of what speaks for (NORMAL|PNEUMONIA)/],
    [
      "an exported learner",
      async () => loadLearner(await learn.export()),
      /^InferenceLearner: tiny for NORMAL, PNEUMONIA, images of 32 x 32; the more probable class/,
    ],
    ["its epochs", () => learn.history, /^Epochs: 1\nphase +epoch +trainLoss .*\n.*\nunfrozen +0 +\d/],
    ["its stages", () => learn.stages, /^Stages.*: 1\nphase +kept\n.*\nunfrozen +0$/],
    ["its times", () => learn.timings, /^Fits and searches: 1\nwhat +seconds\n.*\nfit unfrozen +\d/],
    ["a list of images", () => learn.data.trainDs.items, /^Images: 12\npath +class +label\n/],
    [
      "a batch",
      () => learn.data.oneBatch("valid"),
      /^Batch of 4 valid images. x: .* \[4, 32, 32, 3\].*0, 0, 0, 1$/,
    ],
    ["transforms", () => learn.data.dsTfms, /\ntrain +rotate +0\.75 +degrees -10, 10\n/, /\nvalid +cropPad/],
    [
      "a confusion matrix",
      async () => (await interpreted()).confusionMatrix(),
      /^Confusion matrix, 6 validation images.*\nactual +NORMAL +PNEUMONIA\n.*\nNORMAL +\d +\d\nPNEUMONIA +\d +\d$/,
    ],
    ["confusions", async () => (await interpreted()).mostConfused(), /^Pairs of classes .*: \d/],
    ["losses", async () => (await interpreted()).topLosses(2), /: 2\nindex +path +loss +actual +predicted/],
    [
      "metrics",
      async () => (await interpreted()).metrics(),
      /^6 validation .*\nfield +value\n/,
      /\naccuracy +0?\.?\d/,
    ],
    ["a summary", async () => (await interpreted()).summary(), /\nmeasure +value +counts +95% CI\n/],
    ["a table of classes", async () => (await interpreted()).classTable(), /\nclass +precision +recall +F1/],
    [
      "a measure",
      async () => (await interpreted()).evaluation().accuracy,
      /^(0|1|0\.\d+), 95% CI \S+ to \S+$/,
    ],
    [
      "a threshold",
      async () => (await interpreted()).binary().chooseThreshold("youden"),
      /^Threshold for PNEUMONIA, chosen on 6 validation images\n/,
      /\ncounts\.tp +\d/,
    ],
    [
      "parts of a set",
      async () => (await interpreted()).binary().subgroups(["a", "b", "a", "b", "a", "b"]),
      /\na +3 .*\nb +3 /,
    ],
    [
      "an evaluation of scores",
      async () => evaluateScores((await interpreted()).binary().scored),
      /^Evaluation of 6 items, 3 of them positive:\narea/,
    ],
    [
      "predictions of files",
      async () => (await exported()).getPreds(files()),
      /^Predictions: 2\npath +class/,
    ],
    [
      "how images are prepared",
      async () => (await exported()).preparation,
      /\nstats\.mean +0\.485, 0\.456, 0\.406/,
    ],
    [
      "facts of images",
      () => imageFacts(files()),
      /^Facts of images: 2\nwidth +height +bytes +brightness +sharpness\n/,
    ],
    ["a comparison of seeds", () => compareSeeds([1, 2], [1, 1]), /\nwins +1\nties +1\n/],
    ["a test", () => mcNemar([true, false], [false, false]), /^McNemar's exact test\nfield +value\n/],
    ["presets", () => presets, /\nquick\.epochsFrozen +2\n/],
    ["no interruptions", () => learn.interruptions, /^Interruptions: 0$/],
  ];
  const exported = async () => loadLearner(await learn.export());
  const files = () => {
    const file = path.join(temporaryFolder(), "picture.png");
    writeFileSync(file, picture);
    return [file, file];
  };
  const interpreted = () => ClassificationInterpretation.fromLearner(learn);
  for (const [what, result, ...shown] of results) {
    it(what, async () => {
      const value = await result();
      const text = inspect(value);
      for (const pattern of shown) assert.match(text, pattern);
      assert.ok(text.length < 2500, `${text.length} characters`);
      assert.ok(
        !Object.getOwnPropertySymbols(value).some((symbol) =>
          Object.prototype.propertyIsEnumerable.call(value, symbol),
        ),
      );
    });
  }

  it("a search's suggestions, and a comparison of two nets", () => {
    const lrs = Array.from({ length: 60 }, (_, i) => 1e-7 * 10 ** (i / 10));
    const losses = lrs.map((_, i) => 1 - Math.sin(i / 20) / 2 + (i > 50 ? i - 50 : 0));
    const found = lrSuggestions(lrs, losses);
    assert.match(
      inspect(found),
      /^Learning rates that the search suggests:\nvalley +\d(\.\d+)?e-\d +two thirds into/,
    );
    assert.deepEqual(Object.keys({ ...found }).sort(), [
      "minNumericalGradient",
      "minimum",
      "slide",
      "steep",
      "valley",
    ]);
    const positive = Uint8Array.from([0, 0, 0, 1, 1, 1]);
    const one = { scores: Float64Array.from([0.1, 0.4, 0.2, 0.6, 0.3, 0.9]), positive };
    const other = { scores: Float64Array.from([0.5, 0.4, 0.6, 0.6, 0.7, 0.2]), positive };
    assert.match(
      inspect(compareAucs(one, other)),
      /^Areas under the ROC curves 0\.889 and 0\.611: the difference is 0\.278, 95% CI -?\d\.\d{3} to \d\.\d{3}, p = 0\.\d{3}\.$/,
    );
  });
});

it("small and large numbers are written as a person writes them", () => {
  const numbers = [
    0.00000944,
    1e-4,
    3e-3,
    0.0123456,
    12.3456,
    0,
    1234567,
    -0.00002,
    NaN,
    1.7e-7,
    123456,
    5e-324,
  ];
  assert.deepEqual(
    numbers.map((value) => shortNumber(value)),
    [
      "9.44e-6",
      "1e-4",
      "0.003",
      "0.0123",
      "12.3",
      "0",
      "1.23e+6",
      "-2e-5",
      "NaN",
      "1.7e-7",
      "123000",
      "4.94e-324",
    ],
  );
});
