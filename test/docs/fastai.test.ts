import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import * as surface from "../../src/index.js";
import type {
  FitOneCycleOptions,
  FromFolderOptions,
  ImageDataBunchOptions,
  LearnerOptions,
} from "../../src/index.js";
import { Recorder } from "../../src/training/recorder/Recorder.js";

/** A name of the surface, `Class.member` for static and instance members alike. */
type Ours = { readonly name: string } | { readonly option: string; readonly of: string };

const name = (ours: string): Ours => ({ name: ours });
// These take only names that the types have.
const learnerOption = (option: keyof LearnerOptions): Ours => ({ option, of: "cnnLearner" });
const dataOption = (option: keyof ImageDataBunchOptions | keyof FromFolderOptions): Ours => ({
  option,
  of: "ImageDataBunch.fromFolder",
});
const fitOption = (option: keyof FitOneCycleOptions): Ours => ({ option, of: "Learner.fitOneCycle" });

type Row = readonly [fastai: string, ours: Ours | undefined, how: string];

const equal = "equal";
const parity = "equal; proved by `xray parity`";

const rows: readonly Row[] = [
  [
    "`ImageDataBunch.from_folder`",
    name("ImageDataBunch.fromFolder"),
    "files in sorted order, not the disk's, told by content; every file is decoded once first",
  ],
  [
    "`label_from_folder`",
    dataOption("classFolder"),
    'the folder below the split; "parent" is fast.ai\'s, the folder that holds the image',
  ],
  [
    "`exclude` of `get_files`",
    dataOption("exclude"),
    "at any depth; a pattern leaves out files by their names",
  ],
  ["`from_lists`", name("ImageDataBunch.fromLists"), "a file listed twice or missing is refused"],
  [
    "`from_csv`",
    name("ImageDataBunch.fromCsv"),
    "one label an image, blanks round it cut off; encodings and delimiters are said, or refused in words",
  ],
  [
    "`open_image`",
    name("ImageDataBunch"),
    "EXIF orientation is ignored in both, so that both see the same pixels: turn such images first",
  ],
  [
    "`open_image` of 16 bits a channel",
    name("ImageDataBunch"),
    "spread over the 8, 10, 12, 14 or 16 bits that are used; Pillow cuts them off at 255",
  ],
  ["`from_name_re`, `from_name_func`", name("ImageDataBunch.fromNameRe"), equal],
  [
    "`valid_pct`, `seed`",
    dataOption("validPct"),
    "our own generator: another split for the same seed, the same on every machine",
  ],
  ["`test`", dataOption("test"), equal],
  ["", dataOption("groupBy"), "not in fast.ai: no patient on both sides"],
  [
    "`DatasetFormatter.from_similars`",
    name("findDuplicates"),
    "across training, validation and test; perceptual hash of the pixels, no net",
  ],
  ["`OverSamplingCallback`", dataOption("sampler"), "an epoch keeps its length"],
  ["`train_ds`, `valid_ds`, `fix_dl`", name("ImageDataBunch"), "`trainDs`, `validDs`, `testDs`, `fixDl`"],
  ["`data.normalize`", name("ImageDataBunch.normalize"), "statistics are given, never taken from a batch"],
  [
    "`show_batch`, `one_batch`",
    name("ImageDataBunch.showBatch"),
    "looking does not change what training draws",
  ],
  ["`get_transforms`", name("getTransforms"), parity],
  ["`ResizeMethod.CROP`, `PAD`, `SQUISH`", dataOption("resizeMethod"), parity],
  ["`padding_mode`", dataOption("paddingMode"), parity],
  ["`rand_pad`, `pad`, `crop`", name("randPad"), `${parity}; a crop larger than its image leaves it whole`],
  ["`cutout`", name("cutout"), parity],
  ["`jitter`", name("jitter"), parity],
  ["`dihedral_affine`", name("dihedral"), parity],
  ["data block API", undefined, "the factories cover image classification"],
  ["`cnn_learner`", name("cnnLearner"), parity],
  [
    "`models.resnet50`, other ResNets, MobileNetV2",
    name("modelFrom"),
    "weights of `resnet50` and `mobilenetV2` are fetched, others from a local safetensors file",
  ],
  ["`learn.fit`", name("Learner.fit"), parity],
  ["`fit_one_cycle`", name("Learner.fitOneCycle"), parity],
  ["`wd` of a fit", fitOption("wd"), parity],
  [
    "`tot_epochs`, `start_epoch`",
    fitOption("startEpoch"),
    "the cycle goes on there; in fast.ai it begins anew",
  ],
  ["v2's `fine_tune`", name("Learner.fineTune"), "its rates and epochs, along v1's cycle"],
  [
    "`learn.data = data`",
    name("Learner.data"),
    "equal, for data of the same classes: larger images after smaller ones",
  ],
  [
    "`lr_find`",
    name("Learner.lrFind"),
    "an easy first batch does not end the search (`warmup: 0` does as fast.ai)",
  ],
  [
    "v2's `valley`, `slide`, `minimum`, `steep`",
    name("lrSuggestions"),
    "equal to 1e-9; `lrFind` returns them",
  ],
  ["`freeze`, `unfreeze`, `freeze_to`", name("Learner.freezeTo"), parity],
  ["`train_bn`", learnerOption("trainBn"), equal],
  ["`slice(a, b)`", name("slice"), parity],
  ["`wd`", learnerOption("wd"), parity],
  ["`true_wd`", learnerOption("trueWd"), parity],
  ["`bn_wd`", learnerOption("bnWd"), parity],
  ["`opt_func=Adam`", name("adam"), parity],
  ["`opt_func=SGD`", name("sgd"), parity],
  [
    "`RAdam`, `Lamb`, `ranger`",
    undefined,
    "Adam with one cycle has its warm-up in the schedule; LAMB is for batches of thousands",
  ],
  ["`LabelSmoothingCrossEntropy`, loss weights", name("crossEntropy"), parity],
  ["`learn.mixup`", learnerOption("mixUp"), `an option; ${parity} for given draws`],
  ["`GradientClipping`", learnerOption("clipGrad"), `an option; ${parity}`],
  [
    "`AccumulateScheduler`",
    learnerOption("gradientAccumulation"),
    `an option; ${parity}; an epoch that divides evenly works too`,
  ],
  ["", learnerOption("gradientCheckpointing"), "not in fast.ai: less memory for a longer step"],
  [
    "v0.7's `precompute=True`",
    name("Learner.precompute"),
    "a learner of the head on features that are computed once",
  ],
  ["`to_fp16`", undefined, "a GPU's matter; untested without one"],
  [
    "`Callback` and its events",
    learnerOption("callbacks"),
    "the events around backward and step have no place: they are one graph",
  ],
  ["`SaveModelCallback`", name("SaveModelCallback"), "never loads the file of an earlier fit"],
  ["`EarlyStoppingCallback`", name("EarlyStoppingCallback"), equal],
  ["`ReduceLROnPlateauCallback`", name("ReduceLROnPlateauCallback"), equal],
  [
    "`TerminateOnNaNCallback`",
    name("TerminateOnNaNCallback"),
    "fails, with step, rates and the batch's files",
  ],
  ["`CSVLogger`", name("CSVLogger"), "written to `modelDir`; `append` goes on below one header"],
  [
    "`pos_label`",
    learnerOption("positiveClass"),
    "for metrics, interpretation and exports alike; by default the class that is not called normal",
  ],
  [
    "`ShowGraph`",
    name("Recorder"),
    "in a notebook every fit draws loss, metrics and learning rate as they come",
  ],
  ["`TrackEpochCallback`, TensorBoard", undefined, "`startEpoch` and `CSVLogger` serve"],
  ["`accuracy`", name("accuracy"), equal],
  ["`error_rate`", name("errorRate"), equal],
  [
    "`Precision`",
    name("precision"),
    "equal, with the class in the column's head; NaN only where the class itself is never predicted",
  ],
  ["`Recall`", name("recall"), equal],
  ["`FBeta`", name("fBeta"), equal],
  ["`AUROC`", name("auroc"), "any class against the rest, of more than two the mean; ties count half"],
  ["`KappaScore`", name("kappaScore"), "equal; fast.ai's own fails without weights"],
  ["`MatthewsCorreff`", name("matthewsCorreff"), "equal; 0 where fast.ai's is NaN"],
  ["`top_k_accuracy`", name("topKAccuracy"), equal],
  ["`recorder.plot`", name("Recorder.plot"), "no spline smoothing; `suggestion` marks v1's and v2's"],
  ["`plot_losses`, `plot_lr`, `plot_metrics`", name("Recorder.plotLosses"), equal],
  [
    "`learn.save`, `load`",
    name("Learner.save"),
    "safetensors; keeps the random draws too; other classes or nets are refused, a lost optimizer state is said",
  ],
  ["`learn.export`", name("Learner.export"), "one safetensors file"],
  ["", name("Learner.exportOnnx"), "not in fast.ai: ONNX, run in onnxruntime by the tests"],
  ["", name("Learner.exportTfjs"), "not in fast.ai: TensorFlow.js for browsers"],
  ["`load_learner`", name("loadLearner"), "an object that predicts, and nothing else"],
  ["`learn.predict`", name("Learner.predict"), equal],
  ["`get_preds`", name("Learner.getPreds"), "the test set's labels are -1"],
  ["`validate`", name("Learner.validate"), equal],
  ["`learn.show_results`", name("Learner.showResults"), equal],
  [
    "`learn.TTA`",
    name("Learner.TTA"),
    `${parity}; flips and turns of \`dihedral\` are left out, where fast.ai's passes draw them`,
  ],
  ["`learn.summary`", name("Learner.summary"), "a table"],
  [
    "",
    name("ClassificationInterpretation.binary"),
    "not in fast.ai: curves, intervals, thresholds, calibration",
  ],
  ["`ClassificationInterpretation`", name("ClassificationInterpretation"), "with counts and 95% intervals"],
  [
    "`plot_confusion_matrix`, `most_confused`, `top_losses`",
    name("ClassificationInterpretation.plotConfusionMatrix"),
    equal,
  ],
  [
    "`plot_top_losses`",
    name("ClassificationInterpretation.plotTopLosses"),
    "the learner is an argument; the plain image beside its heat map",
  ],
  ["`GradCAM`", name("gradCam"), "equal to PyTorch's to 1e-3 of the map's highest cell"],
  ["`ImageCleaner`, `DatasetFormatter`", undefined, "not yet"],
];

function described(ours: Ours | undefined): string {
  if (!ours) return "";
  if ("name" in ours) return `\`${ours.name}\``;
  return `\`${ours.option}\` of \`${ours.of}\``;
}

/** A learner makes it; the surface has only its type. */
const typesOnly: Readonly<Record<string, unknown>> = { Recorder };

/** Whether the surface has it: an export, or a static or instance member of one. */
function exists(full: string): boolean {
  const [owner = "", member] = full.split(".");
  const exported: unknown = (surface as Readonly<Record<string, unknown>>)[owner] ?? typesOnly[owner];
  if (member === undefined || exported === undefined) return exported !== undefined;
  if (typeof exported !== "function") return false;
  return member in exported || member in (exported.prototype as object);
}

const document = [
  "# fast.ai's calls and ours",
  "",
  "fast.ai v1 (1.0.61) unless v2 is said. What a row says of ours is checked against the code by `test/docs/fastai.test.ts`,",
  "which makes this page (`UPDATE_DOCS=1 npm test -- fastai`).",
  "",
  "| fast.ai | here | how |",
  "| --- | --- | --- |",
  ...rows.map(
    ([theirs, ours, how]) => `| ${theirs} | ${described(ours)} | ${ours ? how : `not there: ${how}`} |`,
  ),
  "",
].join("\n");

describe("docs/fastai.md", () => {
  it("names only what there is", () => {
    const named = rows.flatMap(([, ours]) => (ours && "name" in ours ? [ours.name] : []));
    assert.deepEqual(
      named.filter((full) => !exists(full)),
      [],
    );
  });

  it("is the table of this file", async () => {
    const file = path.join(projectRoot, "docs", "fastai.md");
    const { format, resolveConfig } = await import("prettier");
    const formatted = await format(document, { ...(await resolveConfig(file)), filepath: file });
    if (process.env.UPDATE_DOCS) await writeFile(file, formatted);
    assert.equal(await readFile(file, "utf8"), formatted);
  });
});
