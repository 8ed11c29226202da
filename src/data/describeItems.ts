import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { ImageItem } from "./ImageDataset.js";

/**
 * What tells images from others: a SHA-256 over their names below the folder that holds them all, their bytes and their
 * classes, in their order. Moved to another place they are the same. A file is read again only where its size or one of its
 * times has changed: the 5856 X-rays of the article take about two seconds, once in a process.
 */
export function describeItems(items: readonly ImageItem[]): {
  readonly images: number;
  readonly hash: string;
} {
  const folder = commonFolder(items);
  const hash = createHash("sha256");
  for (const item of items) {
    const name = path.relative(folder, item.path).split(path.sep).join("/");
    hash.update(
      JSON.stringify([name, contentOf(item.path), item.class, item.label, ...(item.targets ?? [])]),
    );
  }
  return { images: items.length, hash: hash.digest("hex") };
}

function commonFolder(items: readonly ImageItem[]): string {
  let common: string[] | undefined;
  for (const item of items) {
    const parts = path.dirname(item.path).split(path.sep);
    common ??= parts;
    const differs = common.findIndex((part, i) => part !== parts[i]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return (common ?? []).join(path.sep) || path.sep;
}

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  /** No program can set it back, as `touch` does the other one. */
  readonly ctimeMs: number;
  readonly hash: string;
}

const known = new Map<string, Known>();

/** SHA-256 of a file's bytes; "" where it cannot be read: whoever decodes it is told. */
export function contentOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return "";
  const { size, mtimeMs, ctimeMs } = stats;
  const before = known.get(file);
  const isSame = before?.size === size && before.mtimeMs === mtimeMs && before.ctimeMs === ctimeMs;
  if (isSame) return before.hash;
  const hash = hashOf(file);
  known.set(file, { size, mtimeMs, ctimeMs, hash });
  return hash;
}

function hashOf(file: string): string {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return "";
  }
}
