import type { DataSource } from "../xrays/DataSource.js";
import type { Parameters } from "./presets.js";
import type { Protocol } from "./protocols.js";

/** Files by their number and a hash of what they are called. */
export interface FileList {
  readonly images: number;
  /** SHA-256 over the files' names below their folder and their sizes in bytes, in the order of the names. */
  readonly hash: string;
}

/** The images of a run that trained, or that validated. */
export interface SplitData extends FileList {
  /** The folder's name, below the data set's. */
  readonly folder: string;
  /** How many of each class. */
  readonly classes: Readonly<Record<string, number>>;
  /** All images in that folder, where a run may have drawn some of them. */
  readonly available: FileList;
}

/** What a run was made of, as its files say. */
export interface RunData {
  readonly source: DataSource;
  /** The data set's folder, absolute. */
  readonly folder: string;
  /** The folder's own name. */
  readonly name: string;
  readonly train: SplitData;
  readonly valid: SplitData;
  /** The images of the training folder that thresholds were chosen on; undefined where none were held out. */
  readonly heldOut?: SplitData;
  /** Those that the epochs were chosen on, where they are others; undefined where `heldOut` or `valid` served for it. */
  readonly tuning?: SplitData;
}

/** How a run was made, but for its seed: what runs have in common that are to differ by luck alone. */
export interface RunSettings extends Omit<Parameters, "seed" | "dataDir"> {
  /** Null where the run is one of a notebook that follows none. */
  readonly protocol: Protocol | null;
}

/** The settings among a run's numbers or parameters. */
export function settingsOf(run: RunSettings): RunSettings {
  const { protocol, model, size, bs, epochsFrozen, epochsUnfrozen, trainPerClass, validPerClass } = run;
  return { protocol, model, size, bs, epochsFrozen, epochsUnfrozen, trainPerClass, validPerClass };
}

/**
 * In which settings two runs differ, such as "size (32 and 48)".
 * @param others of the second run
 */
export function settingDifferences(settings: RunSettings, others: RunSettings): string[] {
  const [ours, theirs] = [settingsOf(settings), settingsOf(others)];
  return (Object.keys(ours) as (keyof RunSettings)[])
    .filter((name) => ours[name] !== theirs[name])
    .map((name) => `${name} (${ours[name] ?? "none"} and ${theirs[name] ?? "none"})`);
}

/** The folders that a run's images lie in, or will. */
export interface DataFolders {
  readonly folder: string;
  readonly train: Pick<SplitData, "available">;
  readonly valid: Pick<SplitData, "available">;
}

/**
 * In what the images of two runs differ, in words. Runs draw other training images by their seeds: what counts is that
 * they draw from the same ones.
 * @param others of the second run
 */
export function dataDifferences(data: DataFolders, others: DataFolders): string[] {
  const names = { train: "training", valid: "test" } as const;
  return (["train", "valid"] as const)
    .filter((split) => data[split].available.hash !== others[split].available.hash)
    .map((split) => {
      const inWords = (each: DataFolders) => `${each[split].available.images} in ${each.folder}`;
      return `the ${names[split]} images (${inWords(data)}, and ${inWords(others)})`;
    });
}
