import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../core/makeFolder.js";
import { currentDisplay } from "../../core/Display.js";
import { withoutEnding } from "../../core/fileEnding.js";
import { checkOneOf } from "../../core/checkNumber.js";
import { checkpointEnding, checkpointName } from "../checkpoint.js";
import type { Callback, TrainingState } from "./Callback.js";
import { Tracker, trackerKinds, type TrackerOptions, type TrackerState } from "./Tracker.js";
import { randomUUID } from "node:crypto";

/** When `SaveModelCallback` saves, and under which name. */
export interface SaveModelOptions extends TrackerOptions {
  /** "epoch" saves each one, as `name_0`, `name_1` and so on. @default "improvement" */
  readonly every?: "improvement" | "epoch";
  /** Name of the checkpoint in the learner's `modelDir`. @default "bestmodel" */
  readonly name?: string;
}

const kinds: OptionKinds<SaveModelOptions> = { every: "text", name: "text", ...trackerKinds };

interface SaveModelState {
  readonly tracker: TrackerState;
  readonly saved?: string;
  /** Everything that was saved, absolute. */
  readonly files: readonly string[];
}

/**
 * Saves the net when a column of the training table improves, and loads the best one at the end of the fit, also of
 * one that was interrupted: fast.ai's callback of this name. Unlike it, only what this fit has saved is ever loaded:
 * no file of an earlier fit, nor one that somebody else has written under this name meanwhile.
 */
export class SaveModelCallback implements Callback {
  private readonly tracker: Tracker;
  private readonly every: "improvement" | "epoch";
  private readonly name: string;
  /** The best epoch's id in its file: others may write under its name. */
  private saved: string | undefined;
  /** Where all that this fit has saved lies. */
  private files: readonly string[] = [];

  /** @throws UserError when an option makes no sense */
  constructor(options: SaveModelOptions = {}) {
    checkOptions("SaveModelCallback", options, kinds);
    const { every = "improvement", name = "bestmodel", ...tracked } = options;
    checkOneOf("every", every, ["improvement", "epoch"]);
    this.tracker = new Tracker(tracked);
    [this.every, this.name] = [every, withoutEnding(checkpointName(name), checkpointEnding)];
  }

  state(): unknown {
    return { tracker: this.tracker.state(), saved: this.saved, files: this.files };
  }

  async restore(saved: unknown, { learn }: TrainingState): Promise<void> {
    const { tracker, saved: id, files } = saved as SaveModelState;
    this.tracker.restore(tracker);
    this.saved = id;
    // In another process the learner may have another folder.
    this.files = files.map((file) => path.resolve(learn.modelDir, path.basename(file)));
    for (const [i, file] of files.entries()) {
      const here = this.files[i] ?? "";
      if (file === here || !existsSync(file)) continue;
      await makeFolder(learn.modelDir, "Give the learner another `modelDir`.");
      await copyFile(file, here);
    }
  }

  trainBegin(state: TrainingState): void {
    [this.saved, this.files] = [undefined, []];
    this.tracker.trainBegin(state);
  }

  async epochEnd(state: TrainingState): Promise<void> {
    const { learn, epoch } = state;
    if (this.every === "epoch") {
      const name = `${this.name}_${epoch}`;
      await learn.save(name);
      this.files = [...this.files, fileOf(learn, name)];
      return;
    }
    const better = this.tracker.epochEnd(state);
    if (better === undefined) return;
    const id = randomUUID();
    await learn.save(this.name, { id });
    // Where it cannot be written, the file of an earlier epoch stays the one to load.
    [this.saved, this.files] = [id, [fileOf(learn, this.name)]];
    currentDisplay().text(
      `Better model found at epoch ${epoch} with ${this.tracker.head} value: ${better.toFixed(6)}.`,
    );
  }

  /** @throws UserError when the file cannot be loaded, or is no longer what this fit saved */
  async trainEnd({ learn }: TrainingState): Promise<void> {
    const { saved } = this;
    const { best, wait, head } = this.tracker;
    if (Number.isNaN(best) && wait > 0) {
      currentDisplay().text(`No epoch was saved: ${head} was NaN in each. The net stays as the fit left it.`);
    }
    // A later fit may fail before its beginning, and end all the same.
    this.saved = undefined;
    this.tracker.reset();
    if (saved !== undefined) await learn.load(this.name, { id: saved });
  }
}

const fileOf = ({ modelDir }: TrainingState["learn"], name: string): string =>
  path.resolve(modelDir, checkpointName(name));
