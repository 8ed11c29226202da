import path from "node:path";
import { performance } from "node:perf_hooks";
import type { DsType, ImageDataBunch } from "../data/ImageDataBunch.js";
import { preparationOf } from "../data/prepareImage.js";
import { currentDisplay } from "../display/Display.js";
import { Random } from "../engine/random.js";
import { inRange, oneOf } from "../inRange.js";
import { interruptible } from "../interrupt.js";
import type { Cnn } from "../models/Cnn.js";
import { runDirectory } from "../runDirectory.js";
import { type PositiveClass, positiveClass } from "../statistics/positiveClass.js";
import { adam } from "./Adam.js";
import { type Callback, requireBetweenEpochs } from "./Callback.js";
import { type CheckpointIdentity, checkpointName, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { crossEntropy, type CrossEntropy } from "./CrossEntropy.js";
import type { BatchLoader, DataBunch } from "./DataBunch.js";
import { captureRng, restoreRng, type Streams } from "./rngState.js";
import { describeLearner, exportLearner, type ExportOptions } from "./exportLearner.js";
import { exportOnnx } from "./exportOnnx.js";
import { exportTfjs } from "./exportTfjs.js";
import type { FeatureBunch } from "./FeatureBunch.js";
import { type FineTuneOptions, fineTuneStages } from "./FineTuneOptions.js";
import { type EpochSpan, fit, requireBatch, requireEpochs } from "./fit.js";
import type { FitOneCycleOptions } from "./FitOneCycleOptions.js";
import { getPreds, loaderOf, type Predictor } from "./getPreds.js";
import type { HistoryRow, Timing } from "./HistoryRow.js";
import { type LearnerOptions, requireLearnerOptions } from "./LearnerOptions.js";
import { defaultNumIt, LRFinder, type LRFinderOptions, requireLRFinder } from "./LRFinder.js";
import { type LrSuggestions, lrSuggestions } from "./lrSuggestions.js";
import { type MetricColumn, metricColumns } from "./metricColumns.js";
import type { Metric, MetricClasses } from "./metrics.js";
import { mixUp } from "./mixUp.js";
import type { Operation } from "./NetAccess.js";
import { cyclePart, OneCycleScheduler, requireOneCycle } from "./OneCycleScheduler.js";
import { defaultWd, type Optimizer } from "./Optimizer.js";
import { Passes } from "./Passes.js";
import { precompute, type PrecomputeOptions } from "./precompute.js";
import { type Prediction, predictImage } from "./Prediction.js";
import type { Predictions } from "./Predictions.js";
import { Recorder } from "./Recorder.js";
import { requireSameClasses } from "./requireSameClasses.js";
import { NetRunner } from "./session/NetRunner.js";
import { showResults, type ShowResultsOptions } from "./showResults.js";
import { type LearningRate, lrRange, slice } from "./slice.js";
import { takeSnapshot } from "./snapshot.js";
import { stepMemory } from "./stepMemory.js";
import { summary } from "./summary.js";
import { tta, type TTAOptions } from "./TTA.js";
import { type Validation, validate } from "./validate.js";

/**
 * Data, a net and an optimizer: what fast.ai calls a learner. `cnnLearner` makes one.
 *
 * A method that is not awaited goes on while other cells run. What would then give wrong weights is refused, by a
 * `UserError` that says what is running and where the `await` is missing:
 *
 * | while this runs ... | these run beside it | these wait for it | these are refused |
 * | --- | --- | --- | --- |
 * | `fit`, `fitOneCycle`, `fineTune` | predictions, each between two steps | | the rest |
 * | `lrFind`, `load` | | | all |
 * | `save`, `export*`, `precompute` | predictions, `save`, `export*`, `precompute` | fits, `lrFind`, `load` | the rest |
 * | predictions | predictions, `save`, `export*`, `precompute` | fits, `lrFind`, `load` | the rest |
 *
 * Predictions are `predict`, `getPreds`, `validate`, `TTA`, `showResults` and `summary`; the rest are `unfreeze`,
 * `freeze`, `freezeTo`, a change of `data` and `dispose`, and what the row does not name.
 *
 * A fit's own callbacks may predict, `save`, `load`, `export*` and `precompute`, awaited or not, and between two epochs
 * set `data`. They may not begin a fit or a search, freeze layers or dispose. A head that `precompute` made has its
 * learner's weights: what one of the two runs counts for the other.
 */
export class Learner<Data extends DataBunch = DataBunch> {
  /** Columns of the table beside the losses. */
  readonly metrics: readonly Metric[];
  /** Of the last fit or search. */
  recorder: Recorder;
  /** Every epoch since the learner was made; searches are not in it. */
  readonly history: HistoryRow[] = [];
  /** Wall seconds of each finished fit and search, in their order. */
  readonly timings: Timing[] = [];
  /** Where `save` and `export` put their files. */
  readonly modelDir: string;
  /** It moves the layers that are trained now; `freezeTo` makes it anew. A callback may set its rates. */
  optimizer: Optimizer;
  private frozen = false;
  private readonly seed: number;
  /** It draws dropout's masks and MixUp's pairs. */
  private readonly random: Random;
  private readonly passes = new Passes();
  private readonly loss: CrossEntropy;
  private readonly runner: NetRunner;
  private readonly options: LearnerOptions;
  private readonly positive: PositiveClass | undefined;
  private readonly columns: readonly MetricColumn[];

  constructor(
    private current: Data,
    /** The net. */
    readonly model: Cnn,
    /** The architecture's name. */
    readonly arch: string,
    options: LearnerOptions = {},
  ) {
    requireLearnerOptions(options);
    const { seed: dataSeed, c } = current;
    this.options = options;
    this.positive = positiveClass(current.classes, options.positiveClass);
    this.columns = metricColumns(options.metrics ?? [], this.metricClasses);
    this.metrics = this.columns.map(({ metric }) => metric);
    this.seed = options.seed ?? dataSeed;
    this.random = new Random(this.seed, 3);
    this.modelDir = options.modelDir ?? path.join(runDirectory(), "models");
    this.loss = (options.lossFunc ?? crossEntropy())(c);
    this.optimizer = this.newOptimizer();
    const drawMix = options.mixUp === undefined ? undefined : mixUp(options.mixUp, this.random);
    this.runner = new NetRunner({ model, loss: this.loss }, () => ({
      optimizer: this.optimizer,
      random: this.random,
      drawMix,
      clipGrad: options.clipGrad,
      checkpointing: options.gradientCheckpointing,
      accumulation: options.gradientAccumulation,
    }));
    this.recorder = new Recorder(this.optimizer, this.columns);
    if (this.positive?.remark !== undefined && this.columns.some(({ ofPositive }) => ofPositive)) {
      currentDisplay().text(this.positive.remark);
    }
  }

  /**
   * The class that recall, precision and their kind speak of, in metrics, interpretation and exports; undefined where
   * there are more than two and the option `positiveClass` was not given: they are means over the classes then.
   */
  get positiveClass(): string | undefined {
    return this.positive?.name;
  }

  /** What metrics are told of the classes. */
  private get metricClasses(): MetricClasses {
    return { classes: this.data.classes, positive: this.positive?.label };
  }

  /** What it trains and validates on. */
  get data(): Data {
    return this.current;
  }

  /**
   * Other data of the same classes can take their place between two fits, or in a callback between two epochs: after
   * some epochs of small images, larger ones (progressive resizing).
   * @throws UserError for other classes, and while the net trains
   */
  set data(data: Data) {
    const what = "learn.data cannot be changed";
    const fit = this.runner.requireChange(what, "data");
    if (fit) requireBetweenEpochs(what, fit.event);
    requireSameClasses(data.classes, this.data.classes);
    if (fit) requireBatch(data);
    this.current = data;
  }

  /** Trains the head and, with `trainBn`, the body's batch norms. The optimizer starts anew. */
  freeze(): void {
    this.freezeTo(-1);
  }

  /** Trains everything. The optimizer starts anew. */
  unfreeze(): void {
    this.freezeTo(0);
  }

  /** Trains the layer groups from `n` on; negative counts from the end. The optimizer starts anew. */
  freezeTo(n: number): void {
    this.runner.requireChange("Layers cannot be frozen or unfrozen", "freeze");
    this.freezeLayers(n);
  }

  private freezeLayers(n: number): void {
    this.model.freezeTo(n, this.options.trainBn ?? true);
    this.frozen = n !== 0;
    this.optimizer.dispose();
    this.optimizer = this.newOptimizer();
  }

  /**
   * Trains for some epochs at constant rates.
   * @param lr default slice(3e-3)
   */
  async fit(
    epochs: number,
    lr: LearningRate = slice(3e-3),
    callbacks: readonly Callback[] = [],
  ): Promise<void> {
    requireEpochs(epochs);
    const lrs = lrRange(lr, this.optimizer.groups.length);
    await this.runner.run("fit()", "fit", async (operation) => {
      this.setWd();
      this.optimizer.lrs = lrs;
      await this.run(operation, `fit ${this.phase}`, { epochs }, callbacks);
    });
  }

  /**
   * Trains for some epochs along one cycle of learning rate and momentum (see `oneCycle`). A cycle can be gone through
   * in parts: `fitOneCycle(2, { totEpochs: 8 })`, `save`, and later, in a new process, `load` and
   * `fitOneCycle(6, { totEpochs: 8, startEpoch: 2 })` end with the weights of `fitOneCycle(8)`.
   */
  async fitOneCycle(epochs: number, options: FitOneCycleOptions = {}): Promise<void> {
    await this.runner.run("fitOneCycle()", "fit", (operation) => this.cycle(operation, epochs, options));
  }

  private async cycle(operation: Operation, epochs: number, options: FitOneCycleOptions): Promise<void> {
    requireEpochs(epochs);
    const { maxLr = slice(3e-3), wd, callbacks = [], ...cycle } = options;
    const maxLrs = lrRange(maxLr, this.optimizer.groups.length);
    requireOneCycle(cycle);
    const part = cyclePart(epochs, cycle);
    this.setWd(wd);
    const scheduler = new OneCycleScheduler(this.optimizer, maxLrs, cycle);
    await this.run(operation, this.phase, part, [scheduler, ...callbacks]);
  }

  /**
   * What the article does in two fits, as fast.ai v2's `fine_tune` has it in one call: `freezeEpochs` of the head with
   * `baseLr`, nearly all of them rising, then everything for `epochs` with up to half of it, the first layer group
   * with `lrMult` times less. The cycles are those of `fitOneCycle`.
   * @throws UserError naming an option that makes no sense, before anything is trained
   */
  async fineTune(epochs: number, options: FineTuneOptions = {}): Promise<void> {
    requireEpochs(epochs);
    const { freezeEpochs, head, all } = fineTuneStages(options);
    await this.runner.run("fineTune()", "fit", async (operation) => {
      this.freezeLayers(-1);
      if (freezeEpochs > 0) {
        await this.cycle(operation, freezeEpochs, head);
      }
      this.freezeLayers(0);
      await this.cycle(operation, epochs, all);
    });
  }

  /**
   * Trains with a rate that grows from batch to batch, to see where the loss falls fastest and where it diverges;
   * `recorder.plot()` draws it. Weights, statistics, optimizer and random draws are afterwards exactly what they were:
   * training goes on as if the search had not been.
   * @returns what the curve suggests, as fast.ai v2 cuts it: without the first tenth and the last five batches;
   *   undefined when too little of it is left
   */
  async lrFind(options: LRFinderOptions = {}): Promise<LrSuggestions | undefined> {
    requireLRFinder(options);
    await this.runner.run("lrFind()", "search", async (operation) => {
      this.setWd(options.wd);
      const epochs = Math.ceil((options.numIt ?? defaultNumIt) / this.data.trainDl.length);
      const restore = takeSnapshot(this.streams, this);
      try {
        await this.run(operation, "lrFind", { epochs }, [new LRFinder(this.optimizer, options)]);
      } finally {
        restore();
      }
    });
    currentDisplay().text("LR Finder is complete, type learn.recorder.plot() to see the graph.");
    const { lrs, losses } = this.recorder;
    const cut = [Math.floor((options.numIt ?? defaultNumIt) / 10), -5] as const;
    return lrSuggestions(lrs.slice(...cut), losses.slice(...cut));
  }

  /**
   * Predictions for a set, in its order.
   * @param options `dsType`: "valid" by default; "train" is in order and not augmented; "test" has no labels: there y
   * is -1 and the losses are NaN. `dl`: another bunch's loader in place of it, such as `held.validDl`; its classes
   * and its preparation must be the same.
   * @throws UserError when the data have no such set
   */
  async getPreds({
    dsType = "valid",
    dl,
  }: { readonly dsType?: DsType; readonly dl?: BatchLoader } = {}): Promise<Predictions> {
    const labelled = dl === undefined && dsType === "test" ? false : undefined;
    const preds = await this.runner.run("getPreds()", "look", () =>
      getPreds(this.predictor, dl ?? loaderOf(this.data, dsType), { labelled }),
    );
    return { ...preds, positiveClass: this.options.positiveClass };
  }

  /** Loss and metrics of a set, which by default is validation's, with the weights as they are. */
  async validate({
    dsType = "valid",
  }: { readonly dsType?: Exclude<DsType, "test"> } = {}): Promise<Validation> {
    oneOf("dsType", dsType, ["train", "valid"]);
    return this.runner.run("validate()", "look", () =>
      interruptible((check) => this.validateOn(loaderOf(this.data, dsType), check)),
    );
  }

  /** Predictions averaged over augmented copies of the images; see `tta`. */
  async TTA(this: Learner<ImageDataBunch>, options: TTAOptions = {}): Promise<Predictions> {
    const preds = await this.runner.run("TTA()", "look", () => tta(this.predictor, this.data, options));
    return { ...preds, positiveClass: this.options.positiveClass };
  }

  /**
   * Prepares an image as validation does, and predicts it.
   * @param image its path, or the bytes of the file
   * @throws UserError when it cannot be decoded
   */
  predict(this: Learner<ImageDataBunch>, image: string | Uint8Array): Promise<Prediction> {
    const { data } = this;
    return this.runner.run("predict()", "look", () =>
      predictImage(image, preparationOf(data), data, (batch) => this.runner.evaluateBatch(batch)),
    );
  }

  /**
   * Shows `rows` x `rows` images of a batch below their predicted class, their actual one and the probability of the
   * predicted.
   * @param options `rows`: 5 by default; `dsType`: "valid" by default, of which they are the first; of "train" they are
   * drawn and augmented
   * @throws UserError when the data have no such set
   */
  showResults(this: Learner<ImageDataBunch>, options: ShowResultsOptions = {}): Promise<void> {
    return this.runner.run("showResults()", "look", () => showResults(this.runner, this.data, options));
  }

  /**
   * Writes `modelDir/name.safetensors` (a name may bring the ending along): weights, running statistics, the optimizer's state, the places of the random
   * streams, and whose they are.
   * @throws UserError when it cannot be written
   */
  async save(name: string): Promise<void> {
    const file = this.checkpoint(name);
    await this.runner.read("save()", "keep", async () => {
      const progress = { optimizer: this.optimizer, draws: captureRng(this.streams), seeds: this.seeds };
      await saveCheckpoint(file, this.model.state(), progress, this.identity);
    });
  }

  /**
   * Reads what `save` wrote. Which layers are frozen stays as it is. With the seed of the saved learner the random
   * draws go on where they were, with another one they are those of the new seed.
   * @throws UserError when the file is missing, broken, or of another net or other classes; nothing is changed then
   */
  async load(name: string): Promise<this> {
    const file = this.checkpoint(name);
    return this.runner.replace("load()", async () => {
      const { warning, draws } = await loadCheckpoint(
        file,
        this.model.state(),
        { optimizer: this.optimizer, seeds: this.seeds },
        this.identity,
      );
      if (draws) restoreRng(draws, this.streams);
      if (warning !== undefined) currentDisplay().text(`Warning: ${warning}`);
      return this;
    });
  }

  /**
   * Writes `modelDir/name.safetensors` for inference: weights, classes and the images' preparation in one file, which
   * `loadLearner` reads anywhere.
   * @returns the file
   * @throws UserError when its threshold is none, or the file cannot be written
   */
  async export(this: Learner<ImageDataBunch>, name = "export", options: ExportOptions = {}): Promise<string> {
    const file = this.checkpoint(name);
    await this.runner.read("export()", "keep", () => exportLearner(this, file, options));
    return file;
  }

  /**
   * Writes the net to an ONNX file, for onnxruntime and others; see `exportOnnx`.
   * @param file such as "model.onnx"; its name is taken as it is
   * @throws UserError when it cannot be written
   */
  async exportOnnx(this: Learner<ImageDataBunch>, file: string): Promise<void> {
    await this.runner.read("exportOnnx()", "keep", () => exportOnnx(this.model, describeLearner(this), file));
  }

  /**
   * Writes the net into a folder as a graph model of TensorFlow.js, for browsers; see `exportTfjs`.
   * @throws UserError when it cannot be written
   */
  async exportTfjs(this: Learner<ImageDataBunch>, folder: string): Promise<void> {
    await this.runner.read("exportTfjs()", "keep", () =>
      exportTfjs(this.model, describeLearner(this), folder),
    );
  }

  /**
   * For slow machines: runs every image through the body once and gives a learner of the head alone on these
   * features, which trains in seconds: `const head = await learn.precompute(); await head.fitOneCycle(8);`. The head
   * is this learner's own: what is trained there is trained here.
   *
   * It is not fast.ai's frozen phase: the body is in inference mode, so that its batch norms normalise by their
   * running statistics and are neither trained nor updated, and an image has `variants` fixed looks in place of a new
   * augmentation in each epoch.
   */
  async precompute(
    this: Learner<ImageDataBunch>,
    options: PrecomputeOptions = {},
  ): Promise<Learner<FeatureBunch>> {
    return this.runner.read("precompute()", "keep", async () => {
      const { data, model } = await precompute(this, options);
      const { modelDir } = this;
      const head = new Learner(data, model, `${this.arch} features`, { ...this.options, modelDir });
      head.freezeLayers(-1);
      return head;
    });
  }

  /** Shows the net's layers: what each gives for an image, its parameters, whether they are trained, and the memory of a step. */
  async summary(this: Learner<ImageDataBunch>): Promise<void> {
    const { size, bs } = this.data;
    const { gradientCheckpointing: checkpointing } = this.options;
    await this.runner.read("summary()", "look", () => {
      const memory = stepMemory(this.model, size, { slots: this.optimizer.slots.length, checkpointing });
      currentDisplay().table(summary(this.model, size, { ...memory, bs }));
    });
  }

  /**
   * Frees the net and the optimizer; the learner can do nothing afterwards.
   * @throws UserError while anything runs
   */
  dispose(): void {
    if (!this.runner.dispose()) return;
    this.optimizer.dispose();
    this.model.dispose();
  }

  /** Before a fit or a search. */
  private setWd(wd = this.options.wd ?? defaultWd): void {
    this.optimizer.wd = inRange("wd", wd, { from: 0 });
  }

  private validateOn(loader: BatchLoader, onBatch: () => Promise<void>): Promise<Validation> {
    const { runner, loss, metrics } = this;
    return validate({ runner, loss, metrics, of: this.metricClasses }, this.passes.over(loader), onBatch);
  }

  /** What predicts with the net as it is. */
  private get predictor(): Predictor {
    return { runner: this.runner, passes: this.passes, data: this.data };
  }

  /** Where the random draws come from. */
  private get streams(): Streams {
    return { random: this.random, passes: this.passes, data: this.data };
  }

  /** Of the net's draws and of the data's. */
  private get seeds(): readonly [net: number, data: number] {
    return [this.seed, this.data.seed];
  }

  private get identity(): CheckpointIdentity {
    return { architecture: this.arch, classes: this.data.classes, body: this.model.body.spec };
  }

  private newOptimizer(): Optimizer {
    return (this.options.optFunc ?? adam())(this.model.groupParameters(), this.options);
  }

  private get phase(): "frozen" | "unfrozen" {
    return this.frozen ? "frozen" : "unfrozen";
  }

  private async run(
    operation: Operation,
    what: string,
    span: EpochSpan,
    callbacks: readonly Callback[],
  ): Promise<void> {
    requireBatch(this.data);
    const started = performance.now();
    this.recorder = new Recorder(this.optimizer, this.columns);
    try {
      const always = what === "lrFind" ? [] : (this.options.callbacks ?? []);
      const loop = {
        learn: this,
        runner: this.runner,
        batches: () => this.passes.over(this.data.trainDl),
        validate: (onBatch: () => Promise<void>) => this.validateOn(this.data.validDl, onBatch),
        inCallbacks: this.runner.callbacksOf(operation),
      };
      await fit(loop, span, [this.recorder, ...always, ...callbacks]);
    } finally {
      this.timings.push({ what, seconds: (performance.now() - started) / 1000 });
      const rows = what === "lrFind" ? [] : this.recorder.rows;
      this.history.push(...rows.map((row) => ({ phase: this.phase, ...row })));
    }
  }

  private checkpoint(name: string): string {
    return path.join(this.modelDir, checkpointName(name));
  }
}
