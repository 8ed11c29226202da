import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, UserError } from "../../core/errors.js";
import type { machineParts } from "../../core/environment.js";
import { fromExactJson, toExactJson } from "../../core/exactJson.js";
import { writeFiles } from "../../core/writeFiles.js";
import type { PassPlace } from "../session/Passes.js";
import type { LoopState } from "../LoopState.js";
import type { FitIdentity } from "./fitIdentity.js";
import type { TrainedState } from "./trainedState.js";

/** A fit that was interrupted, or whose process was killed, and went on. */
export interface Interruption {
  /** The fit's name in `learn.timings`. */
  readonly what: string;
  /** The epoch that it went on in, from 0. */
  readonly epoch: number;
  /** Training batches of that epoch that were done. */
  readonly batch: number;
  /** When the backup was written that it went on from, as ISO 8601. */
  readonly stopped: string;
  /** When it went on. */
  readonly resumed: string;
}

/** What a backup holds of a fit beside its arrays. */
export interface SavedFit {
  readonly format: typeof savedFitFormat;
  readonly identity: FitIdentity;
  readonly status: "stopped" | "finished";
  /** When it was written, as ISO 8601. */
  readonly written: string;
  /** Wall time of the fit until then, interruptions left out. */
  readonly seconds: number;
  readonly interruptions: readonly Interruption[];
  /** What computed. */
  readonly machine: ReturnType<typeof machineParts>;
  /** Where the loop was, in a fit that was stopped. */
  readonly loop?: LoopState;
  readonly trained: TrainedState;
  /** How often each loader was gone over in the fit: callbacks may give the learner other data. */
  readonly passes: readonly PassPlace[];
  /** What decides the batches of the data that the learner had. */
  readonly data: unknown;
  /** The callbacks' states, the recorder's among them, in the order in which they are told of events. */
  readonly callbacks: readonly unknown[];
  /** Callbacks, by the names of their classes, whose fields have changed in the fit and that have no state. */
  readonly forgetful: readonly string[];
  /** The file of the arrays, in the same folder; none for a finished search, which leaves none changed. */
  readonly arrays?: { readonly file: string; readonly sha256: string };
}

export const savedFitFormat = 1;

/** The file's name in its fit's folder. */
export const savedFitName = "fit.json";

/** As far as a file of another version can be wrong: the checksum vouches for the rest. */
const schema = z.looseObject({
  format: z.literal(savedFitFormat),
  identity: z.record(z.string(), z.unknown()),
  status: z.enum(["stopped", "finished"]),
  written: z.string(),
  seconds: z.number(),
});

const head = (body: string): string =>
  `{"sha256":"${createHash("sha256").update(body).digest("hex")}",\n"fit":`;
const tail = "}\n";

/** Writes a fit's file, whole or not at all. */
export async function writeSavedFit(file: string, fit: SavedFit): Promise<void> {
  const body = toExactJson(fit);
  await writeFiles([{ file, pieces: [Buffer.from(head(body) + body + tail)] }]);
}

/**
 * Reads a fit's file.
 * @returns undefined where there is none
 * @throws UserError naming the file when it cannot be read, is damaged, or of another version
 */
export async function readSavedFit(file: string): Promise<SavedFit | undefined> {
  if (!existsSync(file)) return undefined;
  const refuse = (what: string, cause?: unknown): never => {
    throw new UserError(`${file} ${what}`, "Delete its folder; the fit then begins anew.", { cause });
  };
  const text = await readFile(file, "utf8").catch((error: unknown) =>
    refuse(`cannot be read: ${messageOf(error)}`, error),
  );
  const body = text.slice(head("").length, -tail.length);
  if (text !== head(body) + body + tail) refuse("was damaged, or changed after it was written.");
  const fit = fromExactJson(body);
  const { error } = schema.safeParse(fit);
  if (error) refuse(`is of another version of the program: ${error.issues[0]?.message ?? ""}`, error);
  return fit as SavedFit;
}
