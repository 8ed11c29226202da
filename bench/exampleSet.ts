import { cp, mkdir, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { imageFiles, subfolders } from "../src/data/labels/imageFolder.js";
import { findBenchData } from "./findBenchData.js";

/** A folder of images made for a comparison. */
export interface ExampleSet {
  /** Holds `train` and `valid`. */
  readonly folder: string;
  /** Makes the files look new: this project remembers which files it has checked, and a first sight is measured. */
  renew(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Copies images to a new folder, so that all contenders read the same files, from the system's memory: evenly spread over
 * each class's sorted names, and one a class for validation, which loaders want.
 * @param dir default: the X-rays
 */
export async function exampleSet(dir: string | undefined, perClass: number): Promise<ExampleSet> {
  const { path: root, train, valid } = findBenchData(dir);
  const folder = await mkdtemp(path.join(tmpdir(), "xray-bench-"));
  await copySome(path.join(root, train), path.join(folder, "train"), perClass);
  await copySome(path.join(root, valid), path.join(folder, "valid"), 1);
  return {
    folder,
    renew: async () => {
      const now = new Date();
      await Promise.all(imageFiles(folder).map((file) => utimes(file, now, now)));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function copySome(from: string, to: string, perClass: number): Promise<void> {
  for (const name of subfolders(from)) {
    const own = imageFiles(path.join(from, name));
    const count = Math.min(perClass, own.length);
    await mkdir(path.join(to, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const file = own[Math.floor((i * own.length) / count)];
      if (file) await cp(file, path.join(to, name, `${i}${path.extname(file)}`));
    }
  }
}
