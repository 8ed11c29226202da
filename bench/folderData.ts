import { getTransforms, ImageDataBunch, imagenetStats } from "../src/index.js";
import { findBenchData } from "./findBenchData.js";

export interface FolderOptions {
  /** Holds `train`, and `test`, `valid` or `val`, each with a folder of images for each class; default: the X-rays. */
  readonly dir?: string;
  readonly size: number;
  readonly bs: number;
  /** At most so many training images of each class; 0: all. */
  readonly trainPerClass: number;
}

/** The folder's images as the notebook loads them; of the validation images, which are not used, one a class. */
export async function folderData(options: FolderOptions): Promise<ImageDataBunch> {
  const { train, valid, path } = findBenchData(options.dir);
  const { size, bs, trainPerClass } = options;
  const settings = { train, valid, size, bs, trainPerClass, validPerClass: 1, dsTfms: getTransforms() };
  const data = await ImageDataBunch.fromFolder(path, settings);
  return data.normalize(imagenetStats);
}
