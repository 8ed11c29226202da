import type { ImageStats } from "../../core/imagenetStats.js";
import type { CachedImage } from "./CachedImage.js";
import type { UsedBits } from "../images/spreadBits.js";
import type { Resizing } from "../transforms/resizing.js";
import type { PlannedStep } from "../transforms/TransformStep.js";

/** What a batch or check needs of one image. */
export interface RequestedImage {
  readonly path: string;
  /** What is done to it: plain data, drawn already, in the order in which it is done. */
  readonly steps: readonly PlannedStep[];
  /** The image from memory, if it is there. */
  readonly source?: CachedImage;
}

/** Work for whoever prepares images: plain data, to be handed to a thread. */
export interface BatchRequest extends Resizing {
  readonly kind: "batch";
  readonly images: readonly RequestedImage[];
  readonly size: number;
  /** Absent: pixels stay in 0..1. */
  readonly stats?: ImageStats;
  /** One integer; not 0 once nobody waits for the batch any more. */
  readonly stopped: Int32Array;
}

export interface BatchResult {
  readonly kind: "batch";
  /** `[n, size, size, 3]`. */
  readonly x: Float32Array;
  /** The images that were decoded, by their place in the request. */
  readonly decoded: readonly { readonly place: number; readonly source: CachedImage }[];
}

/** Decode each file and say which ones cannot be used. */
export interface CheckRequest extends Pick<Resizing, "resizeMethod" | "applyExifOrientation"> {
  readonly kind: "check";
  readonly paths: readonly string[];
  readonly size: number;
}

export interface CheckResult {
  readonly kind: "check";
  /** For each path the image, or why it cannot be used. */
  readonly images: readonly (CheckedImage | { readonly reason: string })[];
}

/** An image that can be used, in the form to keep. */
export interface CheckedImage extends CachedImage {
  /** As of `Pixels`. */
  readonly usedBits?: UsedBits;
  /** As of `Pixels`. */
  readonly saysTurn?: boolean;
}

/** Decode each file and say by what it can be known again. */
export interface FingerprintRequest {
  readonly kind: "fingerprint";
  readonly paths: readonly string[];
}

export interface FingerprintResult {
  readonly kind: "fingerprint";
  /** One for each path. */
  readonly prints: readonly Fingerprint[];
}

/** By what an image is known again. */
export interface Fingerprint {
  /** SHA-256 of the decoded pixels and their shape. */
  readonly pixels: string;
  /** Perceptual, 256 bits. */
  readonly hash: Uint32Array;
}

export type Request = BatchRequest | CheckRequest | FingerprintRequest;
export type Result = BatchResult | CheckResult | FingerprintResult;
