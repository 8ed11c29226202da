import { findLocalDataset, type FoundDataset } from "../src/data/findDataset.js";
import { UserError } from "../src/errors.js";

/**
 * The folder of images to measure with.
 * @param dir default: the X-rays where they are usually looked for
 * @throws UserError when there is none
 */
export function found(dir: string | undefined): FoundDataset {
  const dataset = findLocalDataset(dir);
  if (dataset) return dataset;
  throw new UserError("No X-rays were found.", "Name a folder of images with --dir.");
}
