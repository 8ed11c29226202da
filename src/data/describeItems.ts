import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import path from "node:path";
import type { ImageItem } from "./ImageDataset.js";

/**
 * What tells images from others: a SHA-256 over their names below the folder that holds them all, their sizes in bytes
 * and their classes, in their order. Moved to another place they are the same.
 */
export function describeItems(items: readonly ImageItem[]): {
  readonly images: number;
  readonly hash: string;
} {
  const folder = commonFolder(items);
  const hash = createHash("sha256");
  for (const item of items) {
    const name = path.relative(folder, item.path).split(path.sep).join("/");
    hash.update(JSON.stringify([name, sizeOf(item.path), item.class, item.label]));
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

/** -1 for a file that is not there: whoever reads it is told. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? -1;
