import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { cacheDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { readSafetensors, writeSafetensors } from "../engine/safetensors.js";

/** Features of other nets and preparations are kept up to so many bytes; the longest unused go first. */
const mostBytes = 2 ** 30;

/**
 * Features that were computed before, by the content of the image's file: an audit that was stopped or killed goes on with
 * them. They lie in the cache folder, in files with a checksum; one that is damaged is taken away, and its features are
 * computed anew.
 */
export class FeatureStore {
  private readonly rows = new Map<string, Float32Array>();
  private added = new Map<string, Float32Array>();

  private constructor(
    private readonly folder: string,
    private readonly width: number,
  ) {}

  /**
   * @param key of all that decides the features of a file: weights and preparation
   * @param width features of an image
   */
  static async open(
    key: string,
    width: number,
    root = path.join(cacheDir, "features"),
    limit = mostBytes,
  ): Promise<FeatureStore> {
    const store = new FeatureStore(path.join(root, key.slice(0, 32)), width);
    for (const { file } of filesBelow(store.folder)) await store.read(file);
    removeUnused(root, store.folder, limit);
    return store;
  }

  /** The features of a file's content, `[width]`; undefined where they are not known. */
  get(content: string): Float32Array | undefined {
    return this.rows.get(content);
  }

  /** Keeps them, for others once `save` has been called. */
  add(content: string, features: Float32Array): void {
    this.rows.set(content, features);
    this.added.set(content, features);
  }

  /** Writes what was added. A disk that cannot be written costs only the time of computing it again. */
  async save(): Promise<void> {
    const { added, width } = this;
    if (added.size === 0) return;
    this.added = new Map();
    const contents = [...added.keys()].join(" ");
    const values = new Float32Array(added.size * width);
    [...added.values()].forEach((row, k) => {
      values.set(row, k * width);
    });
    const name = createHash("sha256").update(contents).digest("hex").slice(0, 32);
    try {
      await mkdir(this.folder, { recursive: true });
      const tensor = { name: "features", shape: [added.size, width], values };
      await writeSafetensors(path.join(this.folder, `${name}.safetensors`), [tensor], { contents });
    } catch {
      return;
    }
  }

  /** Takes a file's features; a damaged one goes. */
  private async read(file: string): Promise<void> {
    try {
      const { tensors, metadata } = await readSafetensors(file);
      const contents = metadata.contents?.split(" ") ?? [];
      const values = tensors.get("features")?.values;
      if (values?.length !== contents.length * this.width) throw new UserError(`${file} is damaged.`, "");
      contents.forEach((content, k) => {
        this.rows.set(content, values.subarray(k * this.width, (k + 1) * this.width));
      });
    } catch {
      removeIfPossible(file);
      return;
    }
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Where nothing can be written, nothing is taken away either.
    }
  }
}

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is passed over all the same.
  }
}

interface StoredFile {
  readonly file: string;
  readonly bytes: number;
  readonly usedMs: number;
}

function filesBelow(folder: string): StoredFile[] {
  return entriesOf(folder).flatMap((entry): StoredFile[] => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(place);
    const stats = statSync(place, { throwIfNoEntry: false });
    return stats && place.endsWith(".safetensors")
      ? [{ file: place, bytes: stats.size, usedMs: stats.mtimeMs }]
      : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Takes away the files that nobody has used for the longest time, until those beside `own` have no more than `limit` bytes. */
function removeUnused(root: string, own: string, limit: number): void {
  const others = filesBelow(root).filter(({ file }) => path.dirname(file) !== own);
  others.sort((a, b) => b.usedMs - a.usedMs);
  let bytes = 0;
  for (const { file, bytes: size } of others) {
    bytes += size;
    if (bytes > limit) removeIfPossible(file);
  }
}
