import { having } from "../core/checkArguments.js";
import { shownValue } from "../core/shownValue.js";
import { requireTransforms } from "./transforms/requireTransforms.js";
import { cores } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { checkNumber, checkInteger, checkOneOf } from "../core/checkNumber.js";
import type { OnBadImage } from "./images/checkImages.js";
import type { GroupBy } from "./labels/patients.js";
import { type Resizing, maxSize, paddingModes, resizeMethods } from "./transforms/resizing.js";
import type { Transforms } from "./transforms/getTransforms.js";

/** What every way to make an `ImageDataBunch` takes. */
export interface ImageDataBunchOptions extends Resizing {
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Images in a batch. @default 64 */
  readonly bs?: number;
  /** Decides every draw: split, subset, shuffling, augmentation. @default 0 */
  readonly seed?: number;
  /** @default none: images are resized and cut to, or filled up around, the central square */
  readonly dsTfms?: Transforms;
  /**
   * This share of the images, drawn at random, validates; in (0, 1). Where a patient has several images they fall
   * on both sides, and the error rate looks better than it is, unless `groupBy` keeps them together.
   * @default 0.2; `fromFolder`: none, its folders decide; with `validCol` of `fromCsv`: none, its column decides
   */
  readonly validPct?: number;
  /**
   * This share of the images, drawn at random as `validPct` draws, neither trains nor validates: `heldOutDs`. Epochs are
   * chosen by the loss on the validation images, so that thresholds, and whatever else is promised of the net, are to be
   * chosen on others. In (0, 1); given folders refuse it. @default none
   */
  readonly heldOutPct?: number;
  /**
   * The patient, or whatever else must not be on both sides of a split, of an image by its absolute path: a function, or a
   * pattern whose first group is the patient, such as /person(\d+)_/; "/" stands between the path's parts.
   * `kermanyPatient` knows the names of the X-rays, `dicomPatient` the headers of DICOM files. A random split then takes whole patients until `validPct` is
   * reached; given folders are looked through for shared patients, with a warning. @default each image by itself
   */
  readonly groupBy?: GroupBy;
  /** A random split takes this share of each class too, as nearly as whole patients allow; given folders refuse it. @default false */
  readonly stratify?: boolean;
  /** Folder of images without labels, below the path: `testDs`. They neither train nor validate. @default none */
  readonly test?: string;
  /** "weighted": each class is equally likely in training; images are drawn anew each time. @default each once */
  readonly sampler?: "weighted";
  /** Threads that prepare images; 0: the calling thread does it. @default one for each core, at most 16 */
  readonly numWorkers?: number;
  /** At most this many training images of each class, drawn by the seed; 0: all. @default 0 */
  readonly trainPerClass?: number;
  /** The same for validation. @default 0 */
  readonly validPerClass?: number;
  /** "skip" leaves out files that cannot be decoded, and names the first twenty. @default "error" */
  readonly onBadImage?: OnBadImage;
}

/** The options, checked and with their defaults. */
export type BunchSettings = Required<Omit<ImageDataBunchOptions, Optional>> &
  Pick<ImageDataBunchOptions, Optional>;
type Optional = "validPct" | "heldOutPct" | "groupBy" | "stratify" | "test" | "sampler";

/** The share that validates, where a random split is asked for and nobody says how large. */
export const defaultValidPct = 0.2;

/** Threads that prepare images, when nobody says how many. */
export const defaultWorkers = (): number => Math.min(16, Math.max(1, cores()));

const bothLists = having("both lists of transforms", "train", "valid");

/** @throws UserError naming the option and its value when it is out of range */
export function bunchSettings(options: ImageDataBunchOptions): BunchSettings {
  const { dsTfms = { train: [], valid: [] }, onBadImage = "error" } = options;
  const { resizeMethod = "crop", paddingMode = "reflection", applyExifOrientation = false } = options;
  requireShares(options);
  if (!bothLists.fits(dsTfms)) {
    throw new UserError(
      `dsTfms is ${shownValue(dsTfms)}.`,
      typeof (dsTfms as unknown) !== "function"
        ? "Give both lists, as getTransforms() does: dsTfms: { train: [...], valid: [...] }; leave it out for no transforms."
        : "Call the function: dsTfms: getTransforms().",
    );
  }
  requireTransforms("dsTfms.train", dsTfms.train);
  requireTransforms("dsTfms.valid", dsTfms.valid);
  checkOneOf("sampler", options.sampler, [undefined, "weighted"]);
  checkOneOf("onBadImage", onBadImage, ["error", "skip"]);
  return {
    ...options,
    dsTfms,
    onBadImage,
    resizeMethod: checkOneOf("resizeMethod", resizeMethod, resizeMethods),
    paddingMode: checkOneOf("paddingMode", paddingMode, paddingModes),
    applyExifOrientation,
    size: checkNumber("size", checkInteger("size", options.size, 8), { to: maxSize }),
    bs: checkInteger("bs", options.bs ?? 64, 1),
    seed: checkInteger("seed", options.seed ?? 0, -Infinity),
    numWorkers: checkInteger("numWorkers", options.numWorkers ?? defaultWorkers(), 0),
    trainPerClass: checkInteger("trainPerClass", options.trainPerClass ?? 0, 0),
    validPerClass: checkInteger("validPerClass", options.validPerClass ?? 0, 0),
  };
}

function requireShares({ validPct, heldOutPct }: ImageDataBunchOptions): void {
  if (validPct !== undefined && !(validPct > 0 && validPct < 1)) {
    throw new UserError(`validPct is ${validPct}.`, "Give the share for validation, between 0 and 1.");
  }
  if (heldOutPct === undefined) return;
  if (!(heldOutPct > 0 && heldOutPct < 1)) {
    throw new UserError(`heldOutPct is ${heldOutPct}.`, "Give the share to hold out, between 0 and 1.");
  }
  const together = (validPct ?? defaultValidPct) + heldOutPct;
  if (together < 1) return;
  throw new UserError(
    `validPct and heldOutPct are ${validPct ?? defaultValidPct} and ${heldOutPct}: no image is left to train on.`,
    "Give shares whose sum is below 1.",
  );
}
