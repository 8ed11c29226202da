import { findLocalDataset } from "../src/xrays/findDataset.js";
import type { FoundDataset } from "../src/xrays/FoundDataset.js";
import { UserError } from "../src/core/errors.js";

/**
 * The folder of images to measure with.
 * @param dir default: the X-rays where they are usually looked for
 * @throws UserError when there is none
 */
export function findBenchData(dir: string | undefined): FoundDataset {
  const dataset = findLocalDataset(dir);
  if (dataset) return dataset;
  throw new UserError("No X-rays were found.", "Name a folder of images with --dir.");
}
