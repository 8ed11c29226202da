import { aDataBunch } from "./argumentKinds.js";
import { aPath, aText, checkArguments, having } from "../core/checkArguments.js";
import { inspect } from "node:util";
import path from "node:path";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { preprocessingOf } from "../data/loading/prepareImage.js";
import { currentDisplay } from "../core/Display.js";
import type { Cnn } from "../models/Cnn.js";
import { runDirectory } from "../core/runDirectory.js";
import { noteSession } from "../core/session.js";
import type { Interruption } from "./backup/SavedFit.js";
import type { Callback } from "./callbacks/Callback.js";
import { requireCallbacks } from "./callbacks/requireCallbacks.js";
import { checkpointName, type CheckpointOptions } from "./checkpoint.js";
import type { DataBunch } from "./DataBunch.js";
import { describeLearner, type ExportOptions } from "./inference/exportLearner.js";
import { exportWithCard } from "./inference/exportWithCard.js";
import { exportOnnx } from "./inference/exportOnnx.js";
import { exportTfjs } from "./inference/exportTfjs.js";
import type { FeatureBunch } from "./FeatureBunch.js";
import { fineTune, type FineTuneOptions } from "./fineTune.js";
import { requireEpochs } from "./fit.js";
import { fitOneCycle, type FitOneCycleOptions } from "./fitOneCycle.js";
import { getPredsOfSet, type GetPredsOptions } from "./getPreds.js";
import { getLabelPreds } from "./getLabelPreds.js";
import type { HistoryRow, Timing } from "./HistoryRow.js";
import { learnerMetrics } from "./learnerMetrics.js";
import { type LearnerOptions, requireLearnerOptions } from "./LearnerOptions.js";
import { learnerInWords } from "./learnerInWords.js";
import { lrFind } from "./lrFind.js";
import type { LRFinderOptions } from "./callbacks/LRFinder.js";
import type { LrSuggestions } from "./recorder/lrSuggestions.js";
import type { Metric } from "./metrics/metrics.js";
import type { Optimizer } from "./optimizers/Optimizer.js";
import { precompute, type PrecomputeOptions } from "./precompute.js";
import { labelThresholdsOf } from "./inference/labelThresholdsOf.js";
import { type Prediction, predictImage } from "./inference/Prediction.js";
import type { Predictions } from "../statistics/Predictions.js";
import type { LabelPredictions } from "../statistics/LabelPredictions.js";
import type { Recorder } from "./recorder/Recorder.js";
import type { NetRunner } from "./session/NetRunner.js";
import { showResults, type ShowResultsOptions } from "./showResults.js";
import { requireOneLabel } from "./requireOneLabel.js";
import { type LearningRate, lrRange, slice } from "./optimizers/slice.js";
import { stepMemory } from "./session/stepMemory.js";
import { summary } from "./summary.js";
import type { TrainedLearner } from "./TrainedLearner.js";
import type { TrainedStage } from "./TrainedStage.js";
import { Trainer } from "./Trainer.js";
import { tta, type TTAOptions } from "./TTA.js";
import type { ValidateOptions, Validation } from "./validate.js";

const aCnn = having("a net, such as learn.model", "body", "groupParameters");

/**
 * Data, a net and an optimizer: what fast.ai calls a learner. `cnnLearner` makes one.
 *
 * A method that is not awaited goes on while other cells run. What would then give wrong weights is refused, by a
 * `UserError` that says what is running and where the `await` is missing. A fit's own callbacks may predict, `save`,
 * `load`, `export*` and `precompute`, awaited or not, and between two epochs set `data`.
 */
export class Learner<Data extends DataBunch = DataBunch> implements TrainedLearner {
  /** The columns of the table beside the losses. */
  readonly metrics: readonly Metric[];
  /**
   * The class that recall, precision and their kind speak of, in metrics, interpretation and exports; undefined where
   * there are more than two and the option `positiveClass` was not given: they are means over the classes then.
   */
  readonly positiveClass: string | undefined;
  /** Where `save` and `export` put their files. */
  readonly modelDir: string;
  private readonly trainer: Trainer;

  constructor(
    private current: Data,
    /** The net. */
    readonly model: Cnn,
    /** The architecture's name. */
    readonly arch: string,
    private readonly options: LearnerOptions = {},
  ) {
    checkArguments('new Learner(data, net, "mine")', {
      data: [current, aDataBunch],
      model: [model, aCnn],
      arch: [arch, aText],
    });
    requireLearnerOptions(options);
    const metrics = learnerMetrics(current, options);
    this.metrics = metrics.columns.map(({ metric }) => metric);
    this.positiveClass = metrics.positiveClass;
    this.modelDir = options.modelDir ?? path.join(runDirectory(), "models");
    this.trainer = new Trainer(this, metrics, options);
  }

  /** What the last fit or search went through. */
  get recorder(): Recorder {
    return this.trainer.recorder;
  }

  /** Every epoch since the learner was made; searches are not in it. */
  get history(): readonly HistoryRow[] {
    return this.trainer.history;
  }

  /**
   * What the epochs have led to, with some layers frozen and with none: whether the net is that of the last epoch or of
   * another one, which a callback or `load` has taken.
   */
  get stages(): readonly TrainedStage[] {
    return this.trainer.stages;
  }

  /** Wall seconds of each finished fit and search, in their order. */
  get timings(): readonly Timing[] {
    return this.trainer.timings;
  }

  /** Where fits and searches were stopped, in another process, and went on from their backups. */
  get interruptions(): readonly Interruption[] {
    return this.trainer.interruptions;
  }

  /** What moves the layers that are trained now; `freezeTo` makes it anew. A callback may set its rates. */
  get optimizer(): Optimizer {
    return this.trainer.optimizer;
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
    checkArguments("learn.data = otherData", { data: [data, aDataBunch] });
    this.trainer.requireOtherData(data);
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
    this.trainer.freezeTo(n);
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
    requireCallbacks(callbacks);
    const lrs = lrRange(lr, this.optimizer.groups.length);
    await this.runner.run("fit()", "fit", async (operation) => {
      this.trainer.setWd();
      this.optimizer.lrs = lrs;
      await this.trainer.train(operation, `fit ${this.trainer.phase}`, { epochs }, callbacks);
    });
  }

  /**
   * Trains for some epochs along one cycle of learning rate and momentum (Smith, "Super-Convergence", 2018), also in
   * parts: `fitOneCycle(2, { totEpochs: 8 })`, `save`, and later, in a new process, `load` and
   * `fitOneCycle(6, { totEpochs: 8, startEpoch: 2 })` end with the weights of `fitOneCycle(8)`.
   * @param epochs a whole number from 1
   * @throws UserError naming an option that makes no sense, before anything is trained
   */
  async fitOneCycle(epochs: number, options: FitOneCycleOptions = {}): Promise<void> {
    await this.runner.run("fitOneCycle()", "fit", (operation) =>
      fitOneCycle(this.trainer, operation, epochs, options),
    );
  }

  /**
   * What the article does in two fits, as fast.ai v2's `fine_tune` has it in one call: `freezeEpochs` of the head with
   * `baseLr`, nearly all of them rising, then everything for `epochs` with up to half of it, the first layer group
   * with `lrMult` times less. The cycles are those of `fitOneCycle`.
   * @throws UserError naming an option that makes no sense, before anything is trained
   */
  async fineTune(epochs: number, options: FineTuneOptions = {}): Promise<void> {
    await fineTune(this.trainer, epochs, options);
  }

  /**
   * Trains with a rate that grows from batch to batch, to see where the loss falls fastest and where it diverges;
   * `recorder.plot()` draws it. Weights, statistics, optimizer and random draws are afterwards exactly what they were:
   * training goes on as if the search had not been.
   * @returns what the curve suggests, as fast.ai v2 cuts it: without the first tenth and the last five batches;
   *   undefined when too little of it is left
   */
  async lrFind(options: LRFinderOptions = {}): Promise<LrSuggestions | undefined> {
    return lrFind(this.trainer, options);
  }

  /**
   * Predictions for a set, which by default is validation's, in its order.
   * @throws UserError when the data have no such set
   */
  async getPreds(options: GetPredsOptions = {}): Promise<Predictions> {
    return this.runner.run("getPreds()", "look", () => getPredsOfSet(this.trainer.predictor, options));
  }

  /**
   * The same for images that may have several labels: each label's probability by itself.
   * @throws UserError when the data have no such set, or their images have one class each
   */
  async getLabelPreds(options: GetPredsOptions = {}): Promise<LabelPredictions> {
    return this.runner.run("getLabelPreds()", "look", () => getLabelPreds(this.trainer.predictor, options));
  }

  /** Loss and metrics of a set, which by default is validation's, with the weights as they are. */
  async validate(options: ValidateOptions = {}): Promise<Validation> {
    return this.runner.run("validate()", "look", () => this.trainer.validateSet(options));
  }

  /** Predictions averaged over augmented copies of the images: test-time augmentation; see {@link TTAOptions}. */
  async TTA(this: Learner<ImageDataBunch>, options: TTAOptions = {}): Promise<Predictions> {
    return this.runner.run("TTA()", "look", () => tta(this.trainer.predictor, this.data, options));
  }

  /**
   * Prepares an image as validation does, and predicts it.
   * @param image its path, or the bytes of the file
   * @throws UserError when it cannot be decoded
   */
  predict(this: Learner<ImageDataBunch>, image: string | Uint8Array): Promise<Prediction> {
    const { data } = this;
    const decision = { classes: data.classes, ...labelThresholdsOf(data) };
    return this.runner.run("predict()", "look", () =>
      predictImage(image, preprocessingOf(data), decision, (batch) => this.runner.evaluateBatch(batch)),
    );
  }

  /** Shows images of a batch below their predicted class, their actual one and the probability of the predicted. */
  showResults(this: Learner<ImageDataBunch>, options: ShowResultsOptions = {}): Promise<void> {
    requireOneLabel(this.data, "showResults()");
    return this.runner.run("showResults()", "look", () => showResults(this.runner, this.data, options));
  }

  /**
   * Writes `modelDir/name.safetensors` (a name may bring the ending along): weights, running
   * statistics, the optimizer's state, the places of the random streams, and whose they are.
   * @throws UserError when it cannot be written
   */
  async save(name: string, options: CheckpointOptions = {}): Promise<void> {
    const file = this.checkpoint(name);
    await this.runner.read("save()", "keep", () => this.trainer.save(file, options));
    await noteSession();
  }

  /**
   * Reads what `save` wrote. Which layers are frozen stays as it is. With the seed of the saved learner the random
   * draws go on where they were, with another one they are those of the new seed.
   * @throws UserError when the file is missing, broken, has another `id` than the one that is asked for, or is of another
   *   net or other classes; nothing is changed then
   */
  async load(name: string, options: CheckpointOptions = {}): Promise<this> {
    const file = this.checkpoint(name);
    return this.runner.replace("load()", async () => {
      await this.trainer.load(file, options);
      return this;
    });
  }

  /**
   * Writes `modelDir/name.safetensors` for inference: weights, classes and the images' preparation in one file, which
   * `loadLearner` reads anywhere. Beside it lies its model card in Hugging Face's format, `README.md`, with all that is known
   * of the net; `saveMetrics` puts a run's numbers into it, before or after. A card that a person has changed is left as it is,
   * and the new one is called after the file, such as `export.README.md`.
   * @returns the file
   * @throws UserError when the threshold is not valid for the classes, or the file cannot be written
   */
  async export(this: Learner<ImageDataBunch>, name = "export", options: ExportOptions = {}): Promise<string> {
    const file = this.checkpoint(name);
    const { fits, startedFrom } = this.trainer;
    const { arch, model, data, stages, optimizer, options: own } = this;
    const trained = { arch, model, data, stages, optimizer, options: own, fits, startedFrom };
    await this.runner.read("export()", "keep", () => exportWithCard(this, trained, file, options));
    return file;
  }

  /** Writes the net to an ONNX file: images `[n, 3, h, w]` -> probabilities `[n, c]`; see `NetDescription`. */
  async exportOnnx(this: Learner<ImageDataBunch>, file: string): Promise<void> {
    checkArguments('learn.exportOnnx("net.onnx")', { file: [file, aPath] });
    await this.runner.read("exportOnnx()", "keep", () => exportOnnx(this.model, describeLearner(this), file));
  }

  /** The same for TensorFlow.js in a browser, as a folder with a graph model: images `[n, h, w, 3]`. */
  async exportTfjs(this: Learner<ImageDataBunch>, folder: string): Promise<void> {
    checkArguments('learn.exportTfjs("folder")', { folder: [folder, aPath] });
    await this.runner.read("exportTfjs()", "keep", () =>
      exportTfjs(this.model, describeLearner(this), folder),
    );
  }

  /**
   * For slow machines: runs every image through the body once and gives a learner of the head alone on these
   * features, which trains in seconds: `const head = await learn.precompute(); await head.fitOneCycle(8);`. The head
   * is this learner's own: what is trained there is trained here; see {@link PrecomputeOptions}.
   */
  async precompute(
    this: Learner<ImageDataBunch>,
    options: PrecomputeOptions = {},
  ): Promise<Learner<FeatureBunch>> {
    requireOneLabel(this.data, "precompute()");
    return this.runner.read("precompute()", "keep", async () => {
      const { data, model } = await precompute(this, options);
      const { modelDir } = this;
      const head = new Learner(data, model, `${this.arch} features`, { ...this.options, modelDir });
      head.trainer.freezeTo(-1);
      this.trainer.loseTrackOfEpochs();
      return head;
    });
  }

  /** Shows what each layer gives for an image, its parameters, whether they are trained, and the memory of a step. */
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
    this.runner.dispose();
    this.optimizer.dispose();
    this.model.dispose();
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    return learnerInWords(this);
  }

  private get runner(): NetRunner {
    return this.trainer.runner;
  }

  private checkpoint(name: string): string {
    return path.join(this.modelDir, checkpointName(name));
  }
}
