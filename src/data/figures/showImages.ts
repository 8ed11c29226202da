import { currentDisplay } from "../../core/Display.js";
import type { Batch } from "../Batch.js";
import { type Tile, imageGrid } from "./imageGrid.js";
import type { ImageStats } from "../../core/imagenetStats.js";
import { namesInText } from "../../core/nameInText.js";

/**
 * The first images of a batch as they were before they were normalised, to look at.
 * @param titles one for each image shown
 */
export function batchTiles(batch: Batch, stats: ImageStats | undefined, titles: readonly string[]): Tile[] {
  const values = batch.shape[1] * batch.shape[2] * 3;
  return titles.slice(0, batch.y.length).map((title, k) => ({
    title,
    pixels: denormalised(batch.x.subarray(k * values, (k + 1) * values), stats),
  }));
}

/**
 * Shows images in a grid, each below its title.
 * @param what what they are, in the plural, for those who cannot see them
 * @param columns in the grid. @default as many as rows
 */
export async function showTiles(
  tiles: readonly Tile[],
  size: number,
  what: string,
  columns?: number,
): Promise<void> {
  const titles = namesInText(tiles.map(({ title }) => title));
  const png = await imageGrid(tiles, size, columns);
  currentDisplay().image(png, { alt: `${tiles.length} ${what}, row by row: ${titles}` });
}

function denormalised(pixels: Float32Array, stats: ImageStats | undefined): Float32Array {
  if (!stats) return pixels;
  return pixels.map((value, k) => value * (stats.std[k % 3] ?? 1) + (stats.mean[k % 3] ?? 0));
}
