import { aLearner } from "../../training/argumentKinds.js";
import { checkArguments, having } from "../../core/checkArguments.js";
import { withFields } from "../../core/resultTables.js";
import { inspect } from "node:util";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { checkOptions } from "../../core/checkOptions.js";
import { UserError } from "../../core/errors.js";
import { runDirectory } from "../../core/runDirectory.js";
import type { ImageDataBunch } from "../../data/ImageDataBunch.js";
import type { ImageDataset } from "../../data/ImageDataset.js";
import { ClassificationInterpretation } from "../../interpretation/ClassificationInterpretation.js";
import { atTemperature, determinedTemperature } from "../../statistics/calibration.js";
import { conformalSets } from "../../statistics/conformalSets.js";
import type { ExportOptions } from "../../training/inference/exportLearner.js";
import type { Learner } from "../../training/Learner.js";
import type { FoundDataset } from "../../xrays/FoundDataset.js";
import { writeMetrics } from "../metricsFile.js";
import { type Choices, chosenEpochs } from "./Choices.js";
import { choicesTable, resultsTable } from "./choicesTables.js";
import { chooseForRecall } from "./chooseForRecall.js";
import { nameInText } from "../../core/nameInText.js";

/** The runs whose test images this process has opened, by their folders. */
const opened = new Set<string>();

const found = having("what findDataset() gives", "path", "valid");
const anInterpretation = having("the interpretation that openTest() gives", "preds", "accuracy");

/** The file's name in the run's folder. */
export const choicesName = "choices.json";

/**
 * All that is chosen on images that train nothing: after which epochs the net was taken, by the validation images; by the
 * held-out images the temperature that makes its probabilities likeliest, the threshold, and from when on an image may
 * be of a class. They are written to `choices.json` in the run's folder, and only then can the test images be opened, by
 * `openTest`.
 */
export class HeldOutChoices {
  private opened: ImageDataset | undefined;

  private constructor(
    private readonly learn: Learner<ImageDataBunch>,
    /**
     * The held-out images.
     * @internal
     */
    readonly heldOutDs: ImageDataset,
    /** What the net says of them, with the probabilities at the temperature. */
    readonly heldOut: ClassificationInterpretation,
    /** What `choices.json` holds. */
    readonly choices: Choices,
  ) {}

  /**
   * Chooses on `learn.data.heldOutDs`, as the net is now, and writes the choices down. Of each stage the epoch is noted that
   * its net is of: the one with the lowest loss on the validation images where each fit had a `SaveModelCallback`, which
   * loads that epoch's net, else the last one, and the table says so. Data without `heldOutPct` have the validation images serve
   * twice: what is promised of the threshold is then not exact, and the table says so.
   * @param options `recall`: the share of the patients of whom the threshold is to find all positive images, with 95%
   * confidence, and the share of each class's images that are to keep it among the possible ones; 0.95 by default
   * @throws UserError when the test images have been opened already, or the file cannot be written
   */
  static async make(
    learn: Learner<ImageDataBunch>,
    options: { readonly recall?: number } = {},
  ): Promise<HeldOutChoices> {
    checkArguments("HeldOutChoices.make(learn)", { learn: [learn, aLearner] });
    checkOptions("HeldOutChoices.make()", options, { recall: "number" });
    const { recall = 0.95 } = options;
    if (opened.has(runDirectory())) {
      throw new UserError(
        `The test images of the run in ${runDirectory()} have been opened: nothing can be chosen without them any more.`,
        "Restart the kernel to begin a new run.",
      );
    }
    const { heldOutDl: dl, validDs } = learn.data;
    const preds = await learn.getPreds(dl && { dl });
    const temperature = determinedTemperature(preds);
    const dataset = dl?.dataset ?? validDs;
    const heldOut = interpretationOf(atTemperature(preds, temperature), dataset, "held-out");
    const hasBoth = heldOut.positiveClass !== undefined && new Set(preds.y).size > 1;
    const chosen = hasBoth ? chooseForRecall(heldOut.binary(), recall) : {};
    const choices: Choices = withFields("What was chosen on held-out images", {
      epochs: chosenEpochs(learn.stages),
      ...{ temperature, ...chosen },
      conformalSets: conformalSets(heldOut.preds, recall),
      apart: dl !== undefined,
    });
    await writeMetrics(path.join(runDirectory(), choicesName), choices);
    return new HeldOutChoices(learn, dataset, heldOut, choices);
  }

  /** Shows what was chosen. */
  show(): void {
    currentDisplay().table(choicesTable(this.choices, this.heldOut));
  }

  /**
   * Opens the test images and judges the net on them. From then on this process chooses nothing for the run any more.
   * @param dataset what `findDataset` gave
   * @param options `validPerClass`: at most so many images of each class; 0, the default: all
   * @throws UserError naming the folder or file that is wrong
   */
  async openTest(
    dataset: Pick<FoundDataset, "path" | "valid">,
    // A run's numbers may be given as they are.
    { validPerClass = 0 }: { readonly validPerClass?: number } = {},
  ): Promise<ClassificationInterpretation> {
    checkArguments("choices.openTest(dataset)", { dataset: [dataset, found] });
    const { path: folder, valid } = dataset;
    const { learn, choices } = this;
    const dl = await learn.data.labelledLoader(path.join(folder, valid), { perClass: validPerClass });
    opened.add(runDirectory());
    this.opened = dl.dataset;
    const preds = await learn.getPreds({ dl });
    return interpretationOf(atTemperature(preds, choices.temperature), dl.dataset, "test");
  }

  /** Shows how the net does on the images that the choices were made on, and on the test images beside them. */
  showBeside(tested: ClassificationInterpretation): void {
    checkArguments("choices.showBeside(tested)", { tested: [tested, anInterpretation] });
    currentDisplay().table(resultsTable(this.choices, this.heldOut, tested));
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const { temperature, threshold } = this.choices;
    const from = threshold
      ? `, ${nameInText(threshold.positiveClass)} from a probability of ${threshold.threshold} on`
      : "";
    return `HeldOutChoices on ${this.heldOut.images}: temperature ${temperature.toFixed(3)}${from}. show() shows them.`;
  }

  /** What goes with the net when it is exported. */
  get exportOptions(): ExportOptions {
    const { temperature, threshold, conformalSets } = this.choices;
    return withFields("What goes with the exported net", { temperature, threshold, conformalSets });
  }

  /**
   * The test images.
   * @throws UserError before they were opened
   * @internal
   */
  get testDs(): ImageDataset {
    if (this.opened) return this.opened;
    throw new UserError("The test images have not been opened.", "Call `openTest` first.");
  }
}

const interpretationOf = (
  preds: Awaited<ReturnType<Learner["getPreds"]>>,
  { items }: ImageDataset,
  set: string,
): ClassificationInterpretation =>
  ClassificationInterpretation.fromPredictions(preds, { set, paths: items.map(({ path: file }) => file) });
