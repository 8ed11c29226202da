import { requireTransforms } from "./requireTransforms.js";
import type { Table } from "../../core/Display.js";
import { cellOf } from "../../core/resultTables.js";
import { asTable } from "../../core/asTable.js";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { checkNumber } from "../../core/checkNumber.js";
import { brightness } from "./brightness.js";
import { contrast } from "./contrast.js";
import { cropPad } from "./cropPad.js";
import { dihedral } from "./dihedral.js";
import { flipLr } from "./flipLr.js";
import { rotate } from "./rotate.js";
import { symmetricWarp } from "./symmetricWarp.js";
import type { Transform } from "./Transform.js";
import { zoom } from "./zoom.js";

/** fast.ai's parameters and defaults. A maximum that changes nothing (0, or 1 for the zoom) leaves the entry out. */
export interface TransformOptions {
  /** Mirror left and right in half of the draws. @default true */
  readonly doFlip?: boolean;
  /** With `doFlip`: all eight flips and quarter turns of a square. @default false */
  readonly flipVert?: boolean;
  /** Largest angle to either side, in degrees. @default 10 */
  readonly maxRotate?: number;
  /** Largest enlargement, from 1. @default 1.1 */
  readonly maxZoom?: number;
  /** Largest change of brightness and contrast, in [0, 1). @default 0.2 */
  readonly maxLighting?: number;
  /** Largest perspective tilt, in [0, 1). @default 0.2 */
  readonly maxWarp?: number;
  /** Probability of warp, rotation and zoom, each. @default 0.75 */
  readonly pAffine?: number;
  /** Probability of brightness and contrast, each. @default 0.75 */
  readonly pLighting?: number;
  /** More transforms for training, such as `rotate([-30, 30], 0.5)`. */
  readonly xtraTfms?: readonly Transform[];
}

const kinds: OptionKinds<TransformOptions> = {
  doFlip: "boolean",
  flipVert: "boolean",
  maxRotate: "number",
  maxZoom: "number",
  maxLighting: "number",
  maxWarp: "number",
  pAffine: "number",
  pLighting: "number",
  xtraTfms: "list",
};

/** What is done to training images and to validation images. */
export interface Transforms {
  /** Drawn anew for every image and pass. */
  readonly train: readonly Transform[];
  /** The same for every image. */
  readonly valid: readonly Transform[];
}

/**
 * fast.ai's usual augmentation: a random crop, flip, warp, rotation, zoom, brightness and contrast for training;
 * the central crop for validation.
 * @throws UserError naming an option that is out of its range
 */
export function getTransforms(options: TransformOptions = {}): Transforms {
  checkOptions("getTransforms()", options, kinds);
  const { doFlip = true, flipVert = false, xtraTfms = [] } = options;
  requireTransforms("xtraTfms", xtraTfms);
  const maxRotate = checkNumber("maxRotate", options.maxRotate ?? 10, { from: 0, to: 360 });
  const maxZoom = checkNumber("maxZoom", options.maxZoom ?? 1.1, { from: 1, to: 100 });
  const maxLighting = checkNumber("maxLighting", options.maxLighting ?? 0.2, { from: 0, to: 0.99 });
  const maxWarp = checkNumber("maxWarp", options.maxWarp ?? 0.2, { from: 0, to: 0.99 });
  const pAffine = checkNumber("pAffine", options.pAffine ?? 0.75, { from: 0, to: 1 });
  const pLighting = checkNumber("pLighting", options.pLighting ?? 0.75, { from: 0, to: 1 });

  const train: Transform[] = [cropPad([0, 1], [0, 1])];
  if (doFlip) train.push(flipVert ? dihedral() : flipLr());
  if (maxWarp > 0) train.push(symmetricWarp([-maxWarp, maxWarp], pAffine));
  if (maxRotate > 0) train.push(rotate([-maxRotate, maxRotate], pAffine));
  if (maxZoom > 1) train.push(zoom([1, maxZoom], pAffine));
  if (maxLighting > 0) {
    train.push(brightness([0.5 * (1 - maxLighting), 0.5 * (1 + maxLighting)], pLighting));
    train.push(contrast([1 - maxLighting, 1 / (1 - maxLighting)], pLighting));
  }
  return asTable({ train: [...train, ...xtraTfms], valid: [cropPad()] }, transformsTable);
}

function transformsTable({ train, valid }: Transforms): Table {
  const row = (set: string, { name, p, ...ranges }: Transform) => [
    set,
    name,
    cellOf(p),
    Object.keys(ranges).length === 0 ? "" : cellOf(ranges),
  ];
  return {
    caption: "Transforms; each is drawn anew for every image",
    columns: ["of", "transform", "p", "drawn from"],
    rows: [...train.map((each) => row("train", each)), ...valid.map((each) => row("valid", each))],
  };
}
