import { isDeepStrictEqual } from "node:util";
import type { Preprocessing } from "../data/loading/prepareImage.js";
import { UserError } from "../core/errors.js";
import { currentDisplay } from "../core/Display.js";

/**
 * Images that are brought to a net in another way than its own get other numbers, and nothing shows it. Other
 * transforms may be meant, as augmented images are; they are said.
 * @param given of a loader that a learner is given; undefined where it does not know
 * @param own of the learner's validation images
 * @throws UserError when size, resizing or normalisation differ
 */
export function requireSamePreparation(
  given: Preprocessing | undefined,
  own: Preprocessing | undefined,
): void {
  if (!given || !own) return;
  const theirs = inWords(given);
  for (const [what, ours] of Object.entries(inWords(own))) {
    if (theirs[what] === ours) continue;
    throw new UserError(
      `The loader's images have the ${what} ${theirs[what] ?? ""}; those of the learner's data have ${ours}.`,
      what === "normalisation"
        ? "Normalise the loader's data as the learner's: `held.normalize(learn.data.normalization)`."
        : `Load the loader's data with the learner's ${what}, or set \`learn.data\` to data with the loader's.`,
    );
  }
  if (isDeepStrictEqual(given.transforms, own.transforms)) return;
  currentDisplay().text(
    "The loader's images are transformed otherwise than the learner's validation images.",
  );
}

const inWords = ({
  size,
  resizeMethod,
  paddingMode,
  applyExifOrientation = false,
  stats,
}: Preprocessing): Record<string, string> => ({
  size: String(size),
  resizeMethod: resizeMethod ?? "crop",
  paddingMode: paddingMode ?? "reflection",
  applyExifOrientation: String(applyExifOrientation),
  normalisation: stats ? `mean ${stats.mean.join(", ")} and std ${stats.std.join(", ")}` : "none",
});
