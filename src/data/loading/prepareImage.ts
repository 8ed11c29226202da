import type { Batch } from "../Batch.js";
import { decodeBytes, decodeImage } from "../images/decodeImage.js";
import { drawBatch } from "./drawBatch.js";
import type { ImageDataBunch } from "../ImageDataBunch.js";
import type { ImageStats } from "../../core/imagenetStats.js";
import { prepareBatch } from "./workerTasks.js";
import type { Resizing } from "../transforms/resizing.js";
import type { Transform } from "../transforms/Transform.js";
import { UserError } from "../../core/errors.js";

/** What is done to an image before a net sees it, in validation and afterwards. */
export interface Preprocessing extends Resizing {
  /** Side of the square images, in pixels. */
  readonly size: number;
  readonly transforms: readonly Transform[];
  /** Undefined: pixels stay in 0..1. */
  readonly stats: ImageStats | undefined;
}

/** A data set's own, for validation. */
export function preprocessingOf({
  size,
  resizing,
  dsTfms,
  normalization,
}: Pick<ImageDataBunch, "size" | "resizing" | "dsTfms" | "normalization">): Preprocessing {
  return { size, ...resizing, transforms: dsTfms.valid, stats: normalization };
}

/**
 * A batch of one image.
 * @param image its path, or the bytes of the file
 * @throws BadImage when it cannot be decoded
 * @throws UserError when it is neither a path nor bytes
 */
export async function prepareImage(
  image: string | Uint8Array,
  { stats, ...preparation }: Preprocessing,
): Promise<Batch> {
  requireImage(image);
  const pixels = await (typeof image === "string"
    ? decodeImage(image, preparation)
    : decodeBytes(Buffer.from(image), "The image", preparation));
  const { height, width } = pixels;
  // As decoded, and not averaged: whatever the transforms are, the file is not needed again.
  const source = { ...pixels, fullHeight: height, fullWidth: width };
  const batch = {
    images: [{ path: "", item: 0, source }],
    ...preparation,
    stream: [0] as const,
    stats,
    stopped: new Int32Array(1),
  };
  const prepared = await drawBatch(batch, prepareBatch);
  if (!prepared) throw new Error("nobody stopped it");
  const { size } = preparation;
  return { x: prepared.x, shape: [1, size, size, 3], y: Int32Array.of(0), items: [0] };
}

/** A notebook may hand over what its types forbid, such as a path that is undefined. */
function requireImage(image: unknown): void {
  if ((typeof image === "string" && image !== "") || image instanceof Uint8Array) return;
  const given = typeof image === "string" ? "an empty path" : Array.isArray(image) ? "a list" : String(image);
  throw new UserError(
    `${given} was given in place of an image.`,
    "Give one path, or the bytes of one file as a Uint8Array; for many images use getPreds().",
  );
}
