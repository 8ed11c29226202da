import { withRows } from "../core/resultTables.js";
import { withWords } from "../core/withWords.js";
import { checkOptions } from "../core/checkOptions.js";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { currentDisplay } from "../core/Display.js";
import { Random } from "../core/Random.js";
import { checkNumber, checkOneOf } from "../core/checkNumber.js";
import { interruptible } from "../core/interrupt.js";
import { adam } from "./optimizers/Adam.js";
import { type Callback, inOrder, requireBetweenEpochs } from "./callbacks/Callback.js";
import {
  type CheckpointIdentity,
  type WithinEpoch,
  loadCheckpoint,
  saveCheckpoint,
  type CheckpointOptions,
} from "./checkpoint.js";
import { lossOf } from "./losses/lossOf.js";
import type { Loss } from "./losses/Loss.js";
import type { DataBunch, ItemBatch } from "./DataBunch.js";
import { backupPlan } from "./backup/BackupOptions.js";
import { FitBackup } from "./backup/FitBackup.js";
import type { Interruption } from "./backup/SavedFit.js";
import { fit, type Fitted, requireBatch, takeFinished } from "./fit.js";
import type { EpochSpan } from "./EpochSpan.js";
import { loaderOf, type Predictor } from "./getPreds.js";
import type { HistoryRow, Timing } from "./HistoryRow.js";
import type { LearnerMetrics } from "./learnerMetrics.js";
import type { LearnerOptions } from "./LearnerOptions.js";
import { mixUp } from "./mixUp.js";
import type { Operation } from "./session/NetAccess.js";
import { defaultWd, type Optimizer } from "./optimizers/Optimizer.js";
import { Passes } from "./session/Passes.js";
import { Recorder } from "./recorder/Recorder.js";
import { requireSameClasses } from "./requireSameClasses.js";
import { captureRng, restoreRng, type Streams } from "./rngState.js";
import { NetRunner } from "./session/NetRunner.js";
import { takeSnapshot } from "./session/snapshot.js";
import type { TrainedLearner } from "./TrainedLearner.js";
import { NetEpoch } from "./NetEpoch.js";
import type { TrainedFit } from "./TrainedFit.js";
import type { TrainedStage } from "./TrainedStage.js";
import {
  validate,
  type ValidatedBatch,
  type ValidateOptions,
  validateKinds,
  type Validation,
} from "./validate.js";

/**
 * Trains a learner's net: it holds the optimizer, the loss, the random streams and the {@link NetRunner}, and keeps the
 * log of all fits. What a person asks for (a fit at constant rates, one cycle, a search) is made of its `train`.
 */
export class Trainer {
  /** Every epoch of all fits; searches are not in it. */
  readonly history: HistoryRow[] = withRows("Epochs", []);
  /** Wall seconds of each finished fit and search, in their order. */
  readonly timings: Timing[] = withRows("Fits and searches", []);
  /** The checkpoint that was loaded before anything was trained; undefined: none was. */
  startedFrom: string | undefined;
  /** How each fit has trained, in their order; searches are not in it. */
  readonly fits: TrainedFit[] = [];
  /** Where fits and searches were stopped, in another process, and went on. */
  readonly interruptions: Interruption[] = withRows("Interruptions", []);
  readonly runner: NetRunner;
  /** What the last fit or search went through. */
  recorder: Recorder;
  /** It moves the layers that are trained now; `freezeTo` makes it anew. */
  optimizer: Optimizer;
  /** Whether some layers are frozen. */
  phase: HistoryRow["phase"] = "unfrozen";
  private readonly seed: number;
  /** It draws dropout's masks and MixUp's pairs. */
  private readonly random: Random;
  private readonly passes = new Passes();
  /** Those of the data that the learner has when they are asked for: a callback may give it other ones. */
  private readonly streams: Streams;
  private readonly loss: Loss;
  private readonly netEpoch = new NetEpoch();
  /** Whether a fit has begun. */
  private hasBegun = false;

  constructor(
    private readonly learn: TrainedLearner,
    private readonly metrics: LearnerMetrics,
    private readonly options: LearnerOptions,
  ) {
    const { data, model } = learn;
    this.seed = options.seed ?? data.seed;
    this.random = new Random(this.seed, 3);
    const { random, passes } = this;
    this.streams = {
      random,
      passes,
      get data() {
        return learn.data;
      },
    };
    this.loss = lossOf(data, options.lossFunc);
    this.optimizer = this.newOptimizer();
    this.recorder = new Recorder(this.optimizer, metrics.columns);
    const drawMix = options.mixUp === undefined ? undefined : mixUp(options.mixUp, this.random);
    this.runner = new NetRunner({ model, loss: this.loss }, () => ({
      optimizer: this.optimizer,
      random: this.random,
      drawMix,
      clipGrad: options.clipGrad,
      checkpointing: options.gradientCheckpointing,
      accumulation: options.gradientAccumulation,
    }));
  }

  /** The data that the learner has now. */
  get data(): DataBunch {
    return this.learn.data;
  }

  /** Trains the layer groups from `n` on; negative counts from the end. The optimizer starts anew. */
  freezeTo(n: number): void {
    this.learn.model.freezeTo(n, this.options.trainBn ?? true);
    this.phase = n === 0 ? "unfrozen" : "frozen";
    this.optimizer.dispose();
    this.optimizer = this.newOptimizer();
  }

  /** @throws UserError where the learner cannot be given other data now */
  requireOtherData(data: DataBunch): void {
    const what = "learn.data cannot be changed";
    const fit = this.runner.requireChange(what, "data");
    if (fit) requireBetweenEpochs(what, fit.event);
    requireSameClasses(data.classes, this.data.classes);
    if (fit) requireBatch(data);
  }

  /**
   * Sets the weight decay before a fit or a search.
   * @throws UserError when it is negative
   */
  setWd(wd = this.options.wd ?? defaultWd): void {
    this.optimizer.wd = checkNumber("wd", wd, { from: 0 });
  }

  /**
   * Trains at the optimizer's rates, which callbacks may set. The learner's own callbacks take part in a fit, but not
   * in a search.
   * @param operation the fit or search that it is a part of
   * @param what its name in `timings`
   */
  async train(
    operation: Operation,
    what: string,
    span: EpochSpan,
    callbacks: readonly Callback[],
  ): Promise<void> {
    requireBatch(this.data);
    const { learn, runner, options, optimizer, passes, streams, loss, seed } = this;
    const isSearch = operation.use === "search";
    const title = isSearch ? "learning-rate finder" : this.phase === "frozen" ? "head" : "whole net";
    const recorder = new Recorder(optimizer, this.metrics.columns, span, title);
    this.recorder = recorder;
    if (!isSearch) {
      this.netEpoch.beginFit(this.phase, this.history);
      this.hasBegun = true;
    }
    const all = inOrder([recorder, ...(isSearch ? [] : (options.callbacks ?? [])), ...callbacks]);
    const parts = { model: learn.model, optimizer, runner, streams };
    const beginning = { what, span, learn, parts, loss, options, seed, callbacks: all };
    await FitBackup.with(backupPlan(options.backup ?? false), beginning, async (backup) => {
      const started = performance.now();
      const loop: Fitted = {
        learn,
        runner,
        isSearch,
        beginPass: (phase) => passes.begin(phase === "train" ? this.data.trainDl : this.data.validDl),
        batches: (pass, from) => {
          if (!isSearch) this.netEpoch.train(recorder.rows);
          return this.data.trainDl.batches(pass, from);
        },
        validate: (pass, done, onBatch) =>
          this.validate(this.data.validDl.batches(pass, done.length), onBatch, done),
        inCallbacks: runner.callbacksOf(operation),
        backup,
      };
      try {
        if (backup?.isFinished === true) {
          await takeFinished(loop, span, recorder);
          if (!isSearch) this.netEpoch.mark = recorder.kept;
        } else await fit(loop, span, all);
      } finally {
        const seconds = backup?.seconds ?? (performance.now() - started) / 1000;
        this.timings.push({ what, seconds });
        this.interruptions.push(...(backup?.resumed ?? []));
        if (!isSearch) {
          this.history.push(...recorder.rows.map((row) => ({ phase: this.phase, ...row })));
          this.fits.push(this.fitOf(recorder, all));
        }
      }
      if (!isSearch) recorder.kept = this.netEpoch.mark;
      await backup?.finish({ isSearch });
    });
  }

  /** What is noted of a fit; the data are those at its end. */
  private fitOf({ rows, lrs }: Recorder, callbacks: readonly Callback[]): TrainedFit {
    const { phase, data } = this;
    const { size } = data.trainDl.preparation ?? {};
    const highest = lrs.reduce((most, lr) => Math.max(most, lr), 0);
    return {
      ...{ phase, epochs: rows.length, images: data.trainDl.dataset.length, bs: data.bs, size },
      lr: { first: lrs[0] ?? NaN, highest, last: lrs.at(-1) ?? NaN },
      callbacks: callbacks.filter((each) => !(each instanceof Recorder)).map((each) => each.constructor.name),
    };
  }

  /**
   * Loss and metrics over batches.
   * @param onBatch called after each of them
   * @param done what was validated before, and belongs to it
   */
  private validate(
    batches: AsyncIterable<ItemBatch>,
    onBatch: () => Promise<void>,
    done?: ValidatedBatch[],
  ): Promise<Validation> {
    const { runner, loss } = this;
    return validate({ runner, loss, ...this.metrics }, batches, onBatch, done);
  }

  /**
   * Loss and metrics of a set; see `Learner.validate`.
   * @throws UserError when there is no such set
   */
  validateSet(options: ValidateOptions): Promise<Validation> {
    checkOptions("validate()", options, validateKinds);
    const { dsType = "valid" } = options;
    checkOneOf("dsType", dsType, ["train", "valid"]);
    return interruptible(async (check) => {
      const found = await this.validate(this.passes.over(loaderOf(this.data, dsType)), check);
      const names = this.metrics.columns.map(({ head }) => head);
      return withWords(found, ({ validLoss, metrics }) =>
        [
          `loss ${validLoss.toFixed(6)}`,
          ...metrics.map((value, i) => `${names[i] ?? ""} ${value.toFixed(6)}`),
        ].join(", "),
      );
    });
  }

  /** What predicts with the net as it is. */
  get predictor(): Predictor {
    const { positiveClass } = this.options;
    return { runner: this.runner, passes: this.passes, data: this.data, positiveClass };
  }

  /**
   * Writes a checkpoint; see `Learner.save`.
   * @throws UserError when it cannot be written
   */
  async save(file: string, options: CheckpointOptions): Promise<void> {
    const { optimizer, seeds } = this;
    const draws = captureRng(this.streams);
    const progress = {
      ...{ optimizer, seeds, draws },
      ...{ withinEpoch: this.withinEpoch, epochMark: this.netEpoch.mark },
    };
    await saveCheckpoint(file, this.learn.model.state(), progress, this.identity, options);
  }

  /**
   * Reads a checkpoint; see `Learner.load`.
   * @throws UserError when it is missing, broken, or of another net; nothing is changed then
   */
  async load(file: string, options: CheckpointOptions): Promise<void> {
    const { optimizer, seeds } = this;
    const state = this.learn.model.state();
    const { warnings, draws, epochMark } = await loadCheckpoint(
      file,
      state,
      { optimizer, seeds },
      this.identity,
      options,
    );
    this.netEpoch.mark = epochMark;
    if (!this.hasBegun) this.startedFrom = path.basename(file);
    if (draws) restoreRng(draws, this.streams);
    for (const warning of warnings) currentDisplay().text(`Warning: ${warning}`);
  }

  /** What all fits have led to; see `Learner.stages`. */
  get stages(): readonly TrainedStage[] {
    return this.netEpoch.stages(this.history);
  }

  /** From now on something else may train the net too. */
  loseTrackOfEpochs(): void {
    this.netEpoch.mark = undefined;
  }

  /** The seeds of the net's draws and of the data's. */
  get seeds(): readonly [net: number, data: number] {
    return [this.seed, this.data.seed];
  }

  /** Remembers everything that training changes. @returns a function that goes back to it, to be called once */
  takeSnapshot(): () => void {
    return takeSnapshot(this.streams, { model: this.learn.model, optimizer: this.optimizer });
  }

  /** Where a fit is in an epoch that has not been trained to its end. */
  private get withinEpoch(): WithinEpoch | undefined {
    const { place } = this.recorder;
    if (place && (place.batch < place.batches || this.runner.accumulated)) return place;
    return undefined;
  }

  private get identity(): CheckpointIdentity {
    const { arch, data, model } = this.learn;
    const { preparation } = data.validDl;
    const stats = preparation && (preparation.stats ?? null);
    return { architecture: arch, classes: data.classes, body: model.body.spec, stats };
  }

  private newOptimizer(): Optimizer {
    return (this.options.optFunc ?? adam())(this.learn.model.groupParameters(), this.options);
  }
}
