import os from "node:os";
import type { CachedImage } from "./CachedImage.js";

/**
 * Decoded images kept in memory up to a number of bytes, so that later epochs decode nothing. Nothing is ever
 * put out: an epoch visits every image once, so throwing out the longest unused would throw out the next needed.
 */
export class ImageCache {
  private readonly sources = new Map<string, CachedImage>();
  private bytes = 0;

  /** @param limit in bytes; by default a quarter of the memory this process may use */
  constructor(readonly limit = defaultLimit()) {}

  get(path: string): CachedImage | undefined {
    return this.sources.get(path);
  }

  /** Keeps the image if there is room. */
  offer(path: string, source: CachedImage): void {
    const { byteLength } = source.data;
    if (this.bytes + byteLength > this.limit || this.sources.has(path)) return;
    this.sources.set(path, source);
    this.bytes += byteLength;
  }
}

function defaultLimit(): number {
  // 0 or absurdly large where no limit is set.
  const constrained = process.constrainedMemory();
  return Math.min(os.totalmem(), constrained > 0 ? constrained : Infinity) / 4;
}
