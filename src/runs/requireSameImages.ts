import { UserError } from "../core/errors.js";
import type { StoredPredictions } from "./predictionsFile.js";

/** What two runs must have in common to be compared. */
type Compared = Pick<StoredPredictions, "preds" | "paths" | "dataset">;

/**
 * Refuses to compare what is not about the same images.
 * @param called what the two are called in the error
 * @throws UserError when two runs did not predict the same images and classes
 */
export function requireSameImages(a: Compared, b: Compared, called: string): void {
  const same = (xs: ArrayLike<unknown>, ys: ArrayLike<unknown>) =>
    xs.length === ys.length && Array.from(xs).every((x, i) => x === ys[i]);
  if (!same(a.preds.classes, b.preds.classes)) {
    throw new UserError(
      `The runs ${called} have other classes: ${a.preds.classes.join(", ")}, and ${b.preds.classes.join(", ")}.`,
      "Compare runs on the same classes and test images, such as those of one `npx xray seeds`.",
    );
  }
  const [ours, theirs] = [a.dataset, b.dataset];
  const sameFiles = !ours || !theirs || ours.valid.hash === theirs.valid.hash;
  const [inA, inB] = [a.preds.patients, b.preds.patients];
  const sameImages = same(a.paths, b.paths) && same(a.preds.y, b.preds.y) && sameFiles;
  if (sameImages && inA && inB && !same(inA, inB)) {
    throw new UserError(
      `The runs ${called} do not say of the same images that they are of one patient.`,
      "Make one of the runs anew, with the other's groupBy.",
    );
  }
  if (sameImages) return;
  const inWords = ({ paths, dataset }: Compared) =>
    `${paths.length}${dataset ? ` in ${dataset.folder}` : ""}`;
  throw new UserError(
    `The runs ${called} predicted other images: ${inWords(a)}, and ${inWords(b)}; their names, sizes or classes differ.`,
    "Compare runs on the same test images, such as those of one `npx xray seeds`; a subset of them " +
      "(--valid-per-class) is another one for each seed.",
  );
}
