import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import { machineParts } from "../../core/environment.js";
import { currentDisplay } from "../../core/Display.js";
import { messageOf, problemOf, UserError } from "../../core/errors.js";
import { toExactJson } from "../../core/exactJson.js";
import { lockFolder } from "../../core/folderLock.js";
import { shownPath } from "../../core/shownPath.js";
import { removeAbandoned } from "../../core/writeFiles.js";
import type { Callback, TrainingState } from "../callbacks/Callback.js";
import type { BatchLoader, DataBunch } from "../DataBunch.js";
import type { LoopBackup } from "../fit.js";
import type { LoopState } from "../LoopState.js";
import type { BackupPlan } from "./BackupOptions.js";
import {
  type BeginningFit,
  describeData,
  type DescribeLoader,
  descriptionsOnce,
  fitDifferences,
  fitIdentity,
  type FitIdentity,
  fitKey,
  keyOf,
  noteEnd,
} from "./fitIdentity.js";
import { fieldsOf, nameOf, noteFields } from "./describe.js";
import { hashOf } from "./plainFields.js";
import {
  type Interruption,
  readSavedFit,
  type SavedFit,
  savedFitFormat,
  savedFitName,
  writeSavedFit,
} from "./SavedFit.js";
import { folderPrefix, noteOthers } from "./noteOthers.js";
import { restoreRng } from "../rngState.js";
import { readArrays, restoreTrained, type TrainedArrays, trainedState, writeArrays } from "./trainedState.js";

/**
 * The backup of one fit, in a folder that is named after everything that decides what the fit computes: the same fit,
 * begun again in another process, finds it and goes on with the same bits, and no other one does.
 */
export class FitBackup implements LoopBackup {
  private readonly began = performance.now();
  private lastWrite = performance.now();
  private hasWritten = false;
  /** What the callbacks that have no state have in their fields after `trainBegin`. */
  private fields = new Map<Callback, string>();
  private readonly interruptions: readonly Interruption[];

  private constructor(
    private readonly folder: string,
    private readonly identity: FitIdentity,
    private readonly fit: BeginningFit,
    private readonly everyMs: number,
    private readonly describe: DescribeLoader,
    private readonly saved?: SavedFit,
    private arrays?: TrainedArrays,
  ) {
    fit.parts.streams.passes.follow((loader) => hashOf(toExactJson(describe(loader) ?? null)));
    const earlier = saved?.interruptions ?? [];
    const now = saved?.loop && interruptionOf(fit.what, saved, saved.loop);
    this.interruptions = now ? [...earlier, now] : earlier;
  }

  /**
   * Runs a fit with its backup. Where there can be none, the display says why, and the fit runs without.
   * @throws UserError when the fit's backup is damaged; what `work` throws
   */
  static async with(
    plan: BackupPlan | undefined,
    fit: BeginningFit,
    work: (backup: FitBackup | undefined) => Promise<void>,
  ): Promise<void> {
    const describe = descriptionsOnce();
    const identity = plan && (await fitIdentity(fit, describe));
    if (!plan || !identity) {
      if (plan) currentDisplay().text("No backup is made: these data do not say what decides their batches.");
      await work(undefined);
      return;
    }
    const identityKey = keyOf(identity);
    const folder = path.join(plan.folder, `${folderPrefix(fit)}${fitKey(identityKey, fit)}`);
    const release = plan.isShared ? await tryToLock(folder) : () => Promise.resolve();
    if (!release) {
      await work(undefined);
      return;
    }
    try {
      const backup = await FitBackup.open(folder, plan, fit, identity, describe);
      await work(backup);
      noteEnd(identityKey);
    } finally {
      noteFields(fit.callbacks, (data) => describeData(data, describe));
      await release();
      // A fit that has left nothing leaves no folder either.
      await rmdir(folder).catch(() => undefined);
    }
  }

  /**
   * Reads what there is in a fit's folder, whole, before anything is changed, also by callbacks.
   * @throws UserError when it is damaged, or another fit's
   */
  private static async open(
    folder: string,
    plan: BackupPlan,
    fit: BeginningFit,
    identity: FitIdentity,
    describe: DescribeLoader,
  ): Promise<FitBackup> {
    const file = path.join(folder, savedFitName);
    const saved = await readSavedFit(file);
    if (!saved) {
      // Arrays of a first backup that was not whole before its process was killed.
      await removeArrays(folder);
      await noteOthers(plan, fit, identity);
      return new FitBackup(folder, identity, fit, plan.everyMs, describe);
    }
    const differences = fitDifferences(saved.identity, identity);
    if (differences.length > 0) {
      throw new UserError(
        `${file} is the backup of another fit, which differs in ${differences.join("; ")}.`,
        "Somebody has moved it there. Move its folder away; the fit then begins anew.",
      );
    }
    const { arrays } = saved;
    const read = arrays && (await readArrays(path.join(folder, arrays.file), arrays.sha256));
    return new FitBackup(folder, identity, fit, plan.everyMs, describe, saved, read);
  }

  get stoppedAt(): LoopState | undefined {
    return this.saved?.loop;
  }

  /** Whether the fit has come to its end in another process, or before in this one. */
  get isFinished(): boolean {
    return this.saved?.status === "finished";
  }

  get isDue(): boolean {
    return performance.now() - this.lastWrite >= this.everyMs;
  }

  /** Wall time of the fit until now, interruptions left out. */
  get seconds(): number {
    return (this.saved?.seconds ?? 0) + (performance.now() - this.began) / 1000;
  }

  /** Where the fit stopped and went on. */
  get resumed(): readonly Interruption[] {
    return this.interruptions;
  }

  write(loop: LoopState): Promise<boolean> {
    return this.tryToKeep("The fit has no new backup", { status: "stopped", loop });
  }

  async stop(loop: LoopState): Promise<void> {
    if (!(await this.write(loop))) return;
    currentDisplay().text(
      `Stopped; the fit's state is kept in ${shownPath(this.folder)}. The same cells, run again from the top in a new ` +
        "kernel, go on from there.",
    );
  }

  /**
   * Keeps the end of the fit, if it lasted as long as from one backup to the next.
   * @param options `isSearch`: the net has become what it was, and its arrays need not be kept
   */
  async finish({ isSearch }: { readonly isSearch: boolean }): Promise<void> {
    if (this.isFinished) return;
    const lasted = performance.now() - this.began >= this.everyMs;
    if (!lasted && !this.hasWritten && !this.saved) return;
    await this.tryToKeep("The end of the fit is not kept", { status: "finished" }, !isSearch);
  }

  begun(): void {
    const stateless = this.fit.callbacks.filter((callback) => callback.state === undefined);
    this.fields = new Map(stateless.map((callback) => [callback, fieldTexts(callback)]));
  }

  async restore(state: TrainingState): Promise<void> {
    const { saved, fit, describe, arrays } = this;
    if (!saved) return;
    const { what } = fit;
    const first = state.learn.data;
    if (arrays) restoreTrained(fit.parts, saved.trained, arrays);
    this.arrays = undefined;
    for (const [i, callback] of fit.callbacks.entries()) {
      const kept = saved.callbacks[i];
      if (kept !== null) await callback.restore?.(kept, state);
    }
    const { data } = state.learn;
    if (toExactJson(describeData(data, describe)) !== toExactJson(saved.data)) {
      throw new UserError(
        `The fit in ${shownPath(this.folder)} was going on with other data, which a callback had given the learner.`,
        "Give that callback a `state` and a `restore` that sets `learn.data` again, or delete the folder to begin anew.",
      );
    }
    // A search that is finished has put back its own.
    if (arrays) {
      fit.parts.streams.passes.restore(saved.passes, { first: loadersOf(first), present: loadersOf(data) });
      restoreRng(saved.trained.rng, fit.parts.streams);
    }
    const when = new Date(saved.written).toLocaleString();
    const where = `(backup of ${when} in ${shownPath(this.folder)})`;
    const told = saved.loop
      ? `Going on in epoch ${saved.loop.epoch}${saved.loop.phase === "train" ? `, after ${saved.loop.batch} of ${state.batches} batches` : ", at its validation"} ${where}.`
      : `This ${what === "lrFind" ? "search" : "fit"} has been finished before and is not repeated ${where}; delete the folder to run it anew.`;
    currentDisplay().text(told);
    if (saved.loop) noteOtherMachine(saved.machine);
    for (const name of saved.forgetful) {
      currentDisplay().text(
        `Warning: ${name} had kept something in its fields by then, which is lost: it has no \`state\`. Give it \`state\` ` +
          "and `restore` for fits that go on with the same bits.",
      );
    }
  }

  /** Hours of training are worth more than their backup. */
  private async tryToKeep(what: string, ...kept: Parameters<FitBackup["keep"]>): Promise<boolean> {
    try {
      await this.keep(...kept);
      return true;
    } catch (error) {
      currentDisplay().text(`Warning: ${what}. ${messageOf(error)}`);
      return false;
    } finally {
      this.lastWrite = performance.now();
    }
  }

  private async keep(progress: Pick<SavedFit, "status" | "loop">, withArrays = true): Promise<void> {
    const { folder, fit, identity, interruptions, seconds } = this;
    const states: unknown[] = [];
    // null: a place in a list is kept in JSON, undefined is not.
    for (const callback of fit.callbacks) states.push(await stateOf(callback));
    const forgetful = [...this.fields].filter(([callback, before]) => fieldTexts(callback) !== before);
    await mkdir(folder, { recursive: true });
    const name = `state-${randomBytes(6).toString("hex")}.safetensors`;
    const sha256 = withArrays ? await writeArrays(path.join(folder, name), fit.parts) : undefined;
    const written = new Date().toISOString();
    const next: SavedFit = {
      ...{ format: savedFitFormat, identity, ...progress, written, seconds, interruptions },
      machine: machineParts(),
      trained: trainedState(fit.parts),
      passes: fit.parts.streams.passes.places(),
      data: describeData(fit.learn.data, this.describe),
      callbacks: states,
      forgetful: forgetful.map(([callback]) => nameOf(callback)),
      arrays: sha256 === undefined ? undefined : { file: name, sha256 },
    };
    const file = path.join(folder, savedFitName);
    try {
      await writeSavedFit(file, next);
    } catch (error) {
      // The disk may be full: arrays that no file names are taken away.
      const there = await readSavedFit(file).catch(() => undefined);
      if (there?.arrays?.file !== name) await rm(path.join(folder, name), { force: true });
      throw error;
    }
    // Only now is the one before it not needed any more.
    await removeArrays(folder, name);
    this.hasWritten = true;
  }
}

/** A job that goes on elsewhere is worth more than its last digits. */
function noteOtherMachine(there: SavedFit["machine"]): void {
  const here = machineParts();
  if (isDeepStrictEqual(there, here)) return;
  const inWords = ({ processor, cores }: SavedFit["machine"]): string => `${processor}, ${cores} cores`;
  currentDisplay().text(
    `Warning: the fit was begun on another processor (${inWords(there)}) than this one (${inWords(here)}): the last ` +
      "digits of its numbers may be others than without the interruption.",
  );
}

/** Takes away the files of arrays, but for one, and what was about to become one. */
async function removeArrays(folder: string, needed?: string): Promise<void> {
  removeAbandoned(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    if (/^state-.*\.safetensors$/.test(name) && name !== needed)
      await rm(path.join(folder, name), { force: true });
  }
}

/** @throws UserError where it is no plain data */
async function stateOf(callback: Callback): Promise<unknown> {
  const state = (await callback.state?.()) ?? null;
  try {
    toExactJson(state);
    return state;
  } catch (error) {
    throw new UserError(
      `The state of ${nameOf(callback)} cannot be kept: ${messageOf(error)}.`,
      "Let its `state` return numbers, texts, truth values, and lists and objects of them.",
      { cause: error },
    );
  }
}

const loadersOf = ({ trainDl, validDl, fixDl, testDl }: DataBunch): BatchLoader[] =>
  [trainDl, validDl, fixDl, testDl].filter((loader) => loader !== undefined);

const fieldTexts = (callback: Callback): string => toExactJson(fieldsOf(callback).fields);

const interruptionOf = (what: string, { written }: SavedFit, { epoch, batch }: LoopState): Interruption => ({
  ...{ what, epoch, batch, stopped: written, resumed: new Date().toISOString() },
});

/** Another notebook may be at the very same fit; it has the backup then. */
async function tryToLock(folder: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return (await lockFolder(folder)).release;
  } catch (error) {
    // The lock's own remedy is for runs.
    currentDisplay().text(
      `No backup is made of this fit. ${problemOf(error)}\nTo have one, give the learner \`backup: { folder: ... }\` with ` +
        "a folder of its own.",
    );
    // On a full disk there may be room for the folder alone.
    await rmdir(folder).catch(() => undefined);
    return undefined;
  }
}
