import type { ImageDataBunch } from "../src/index.js";
import { peakRssMB, rounded, secondsOf } from "./figures.js";
import { type FolderOptions, folderData } from "./folderData.js";

export interface LoadResult {
  readonly size: number;
  readonly bs: number;
  readonly images: number;
  /** From files to batches: finding, checking, decoding and augmenting the images. */
  readonly imgPerSec: number;
  /** Another pass, which finds decoded images in memory. */
  readonly secondPassImgPerSec: number;
  readonly peakRssMB: number;
}

/** A pass over the training batches without a net. */
export async function measureLoad(options: FolderOptions): Promise<LoadResult> {
  const started = performance.now();
  const data = await folderData(options);
  await pass(data);
  const seconds = (performance.now() - started) / 1000;
  const secondPassSeconds = await secondsOf(() => pass(data));
  const result = { size: data.size, bs: data.bs, peakRssMB: peakRssMB() };
  await data.close();
  const images = data.trainDl.length * data.bs;
  return {
    ...result,
    images,
    imgPerSec: rounded(images / seconds),
    secondPassImgPerSec: rounded(images / secondPassSeconds),
  };
}

async function pass(data: ImageDataBunch): Promise<void> {
  const batches = data.trainDl.batches();
  while (!(await batches.next()).done);
}
