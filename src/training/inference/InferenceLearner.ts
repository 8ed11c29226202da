import { aPath, type ArgumentKind, checkArguments, texts } from "../../core/checkArguments.js";
import { namesInText } from "../../core/nameInText.js";
import { withFields, withRows } from "../../core/resultTables.js";
import { inspect } from "node:util";
import { BadImage } from "../../data/images/BadImage.js";
import { imageFiles, requireFolder } from "../../data/labels/imageFolder.js";
import { LeftOut } from "../../data/labels/LeftOut.js";
import { WorkerPool } from "../../data/loading/WorkerPool.js";
import { currentDisplay } from "../../core/Display.js";
import { cores } from "../../core/environment.js";
import { UserError } from "../../core/errors.js";
import { interruptible } from "../../core/interrupt.js";
import type { Cnn } from "../../models/Cnn.js";
import { positiveClass } from "../../statistics/positiveClass.js";
import { CrossEntropy } from "../losses/CrossEntropy.js";
import type { ConformalSets } from "../../statistics/conformalSets.js";
import { type DecisionThreshold, decisionSentence } from "../../statistics/DecisionThreshold.js";
import { Evaluator } from "../session/Evaluator.js";
import { NetAccess } from "../session/NetAccess.js";
import type { ExportedLearner } from "./ExportedLearner.js";
import { exportOnnx } from "./exportOnnx.js";
import { exportTfjs } from "./exportTfjs.js";
import { predictImage, type Prediction } from "./Prediction.js";
import {
  bs,
  type FilePrediction,
  predictEach,
  type PredictEachOptions,
  type UnreadableFile,
} from "./predictEach.js";

/** A text is a list of its letters. */
const pathsOneByOne: ArgumentKind = {
  words: "a list of paths",
  fits: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
};

/** One after the other, since a list may be longer than memory. */
function* eachAPath(images: Iterable<unknown>): Generator<string, void, undefined> {
  for (const image of images) {
    checkArguments("learn.predictEach(paths)", { "one of the images": [image, aPath] });
    yield image as string;
  }
}

/** A trained net without its data: it predicts, and nothing else. `loadLearner` makes one. */
export class InferenceLearner {
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  /** The architecture's name. */
  readonly arch: string;
  /** What is done to an image before the net sees it. */
  readonly preparation: ExportedLearner["preparation"];
  /** From which probability on a class is predicted; undefined: the most probable one is. */
  readonly threshold: DecisionThreshold | undefined;
  /** What the net's logits are divided by before they become probabilities; undefined: nothing. */
  readonly temperature: number | undefined;
  /** From when on an image may be of a class; undefined: predictions do not say whether they are certain. */
  readonly conformalSets: ConformalSets | undefined;
  /** Where images may have several labels, from which probability on an image has each; undefined: it is of one class. */
  readonly labelThresholds: readonly number[] | undefined;
  /** The class that recall, precision and their kind speak of; undefined: they are means over the classes. */
  readonly positiveClass: string | undefined;
  /** Calls that have not ended. */
  private running = 0;
  private disposed = false;
  private readonly evaluator: Evaluator;
  private readonly workers = new WorkerPool(Math.min(16, cores()));

  constructor(
    /** The net. */
    readonly model: Cnn,
    private readonly exported: ExportedLearner,
  ) {
    const { classes, arch, preparation, threshold, temperature, conformalSets } = exported;
    this.classes = classes;
    this.arch = arch;
    this.preparation = withFields("What is done to an image", preparation);
    this.threshold = threshold;
    this.temperature = temperature;
    this.conformalSets = conformalSets;
    this.labelThresholds = exported.labelThresholds;
    this.positiveClass =
      exported.labelThresholds === undefined
        ? (exported.positiveClass ?? positiveClass(classes)?.name)
        : undefined;
    this.evaluator = new Evaluator({ model, loss: new CrossEntropy(classes.length) });
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const { arch, classes, preparation } = this;
    const called = decisionSentence(classes, this).replace(/^The /, "the ");
    return `InferenceLearner: ${arch} for ${namesInText(classes)}, images of ${preparation.size} x ${preparation.size}; ${called}`;
  }

  /**
   * Prepares an image as validation did, and predicts it.
   * @param image its path, or the bytes of the file
   * @throws UserError when it cannot be decoded
   */
  predict(image: string | Uint8Array): Promise<Prediction> {
    return this.use(() =>
      predictImage(image, this.preparation, this, (batch) => this.evaluator.evaluate(batch)),
    );
  }

  /**
   * Predicts many images.
   * @param images their paths, or a folder, of which every image below it is taken, sorted by path
   * @throws UserError naming a file that cannot be decoded, or a folder without images
   */
  async getPreds(images: string | readonly string[]): Promise<FilePrediction[]> {
    if (typeof images !== "string") checkArguments('learn.getPreds("folder")', { images: [images, texts] });
    return this.use(() => this.predictFiles(images));
  }

  /**
   * Predicts any number of images, one after the other, with as much memory for a million as for a thousand. A file that
   * cannot be decoded is one of the answers, with its `reason`, and the others go on.
   * @param images their paths
   */
  async *predictEach(
    images: Iterable<string>,
  ): AsyncGenerator<FilePrediction | UnreadableFile, void, undefined> {
    checkArguments("learn.predictEach(paths)", { images: [images, pathsOneByOne] });
    this.begin();
    try {
      yield* predictEach(eachAPath(images), this.predicting);
    } finally {
      this.end();
    }
  }

  private async predictFiles(images: string | readonly string[]): Promise<FilePrediction[]> {
    const paths = typeof images === "string" ? pathsIn(images) : images;
    return interruptible(async (check) => {
      const predictions: FilePrediction[] = [];
      const progress = currentDisplay().taskProgress("predicting", paths.length);
      try {
        for await (const answer of predictEach(paths, this.predicting)) {
          if ("reason" in answer) throw new BadImage(answer.path, answer.reason);
          predictions.push(answer);
          if (predictions.length % bs !== 0) continue;
          progress.update(predictions.length);
          await check();
        }
      } finally {
        progress.end();
      }
      return withRows("Predictions", predictions);
    });
  }

  /** What files are predicted with. */
  private get predicting(): PredictEachOptions {
    const { preparation, workers, evaluator } = this;
    return { preparation, decision: this, workers, evaluate: (batch) => evaluator.evaluate(batch) };
  }

  /**
   * Writes the net as it predicts, softmax included, to an ONNX file (opset 17), for onnxruntime and others: `images`
   * `[n, 3, height, width]`, normalised as the file's metadata say -> `probabilities` `[n, c]`.
   * @param file such as "model.onnx"; its name is taken as it is
   * @throws UserError when it cannot be written
   */
  exportOnnx(file: string): Promise<void> {
    return this.use(() => exportOnnx(this.model, this.exported, file));
  }

  /**
   * Writes the net as it predicts, softmax included, into a folder as a graph model of TensorFlow.js, for browsers:
   * images `[n, height, width, 3]`, normalised as the model's metadata say -> probabilities `[n, c]`.
   * @throws UserError when it cannot be written
   */
  exportTfjs(folder: string): Promise<void> {
    return this.use(() => exportTfjs(this.model, this.exported, folder));
  }

  /** Frees the net, once what is running has ended. The learner can do nothing more. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.freeWhenIdle();
  }

  private async use<R>(work: () => Promise<R>): Promise<R> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** @throws UserError when the net is gone */
  private begin(): void {
    // The net may have been given to a learner that trained it on.
    if (this.disposed || NetAccess.of(this.model).isDisposed(this.model)) {
      throw new UserError(
        "This learner was disposed, and its net is gone.",
        "Load it again with loadLearner.",
      );
    }
    this.running++;
  }

  private end(): void {
    this.running--;
    this.freeWhenIdle();
  }

  private freeWhenIdle(): void {
    if (!this.disposed || this.running > 0) return;
    // Threads that are gone have nothing to free.
    this.evaluator.close().catch(() => undefined);
    this.workers.close().catch(() => undefined);
    NetAccess.of(this.model).dispose(this.model);
    this.model.dispose();
  }
}

function pathsIn(folder: string): string[] {
  requireFolder(folder, "The folder", "Give a folder of images, or a list of paths.");
  const leftOut = new LeftOut();
  const paths = imageFiles(folder, { leftOut });
  if (paths.length === 0) {
    throw new UserError(
      `${folder} holds no images. ${leftOut.inWords(folder)}`.trimEnd(),
      "Give a folder of images.",
    );
  }
  leftOut.say(folder);
  return paths;
}
