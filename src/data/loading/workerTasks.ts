import { createHash } from "node:crypto";
import { BadImage } from "../images/BadImage.js";
import { decodeImage } from "../images/decodeImage.js";
import { imageHash } from "../images/imageHash.js";
import type { ImageStats } from "../../core/imagenetStats.js";
import { render, isRenderable } from "./render.js";
import type {
  BatchRequest,
  BatchResult,
  CheckedImage,
  CheckRequest,
  CheckResult,
  Fingerprint,
  FingerprintRequest,
  FingerprintResult,
  Request,
  Result,
  RequestedImage,
} from "./workerMessages.js";
import { type CachedImage, toCachedImage } from "./CachedImage.js";
import { type Plan, planSteps } from "../transforms/plan.js";

type Loading = Pick<CheckRequest, "size" | "resizeMethod" | "applyExifOrientation">;

/** Files decoded together: sharp decodes outside this thread, and one at a time would leave it waiting. */
const atOnce = 4;

/** Does what is asked for. @returns undefined when the request was stopped midway */
export async function answerRequest(request: Request): Promise<Result | undefined> {
  switch (request.kind) {
    case "batch":
      return prepareBatch(request);
    case "check":
      return checkFiles(request);
    case "fingerprint":
      return fingerprintFiles(request);
  }
}

/**
 * Prepares one batch: each image from memory or from its file, transformed by its own steps, normalised.
 * @returns undefined when the request was stopped midway
 * @throws BadImage for a file that cannot be used
 */
export async function prepareBatch(request: BatchRequest): Promise<BatchResult | undefined> {
  const { images, size } = request;
  const x = new Float32Array(images.length * size * size * 3);
  const rendered = new Float32Array(size * size * 3);
  const decoded: { place: number; source: CachedImage }[] = [];
  for (let first = 0; first < images.length; first += atOnce) {
    if (Atomics.load(request.stopped, 0) !== 0) return undefined;
    const group = images.slice(first, first + atOnce);
    const sources = await Promise.all(group.map(async (image) => image.source ?? load(image.path, request)));
    for (const [k, image] of group.entries()) {
      const source = sources[k];
      if (source === undefined) continue;
      const place = first + k;
      if (image.source === undefined) decoded.push({ place, source });
      const plan = planOf(request, image, source);
      const pixels = isRenderable(source, plan) ? source : await decodeImage(image.path, request);
      render(pixels, plan, rendered);
      writeNormalised(rendered, source.channels, size * size, request.stats, x, place * size * size * 3);
    }
  }
  return { kind: "batch", x, decoded };
}

/** Decodes each file, and returns it in the form to keep or says why it cannot be used. */
async function checkFiles(request: CheckRequest): Promise<CheckResult> {
  const images: (CheckedImage | { reason: string })[] = [];
  for (let first = 0; first < request.paths.length; first += atOnce) {
    const group = request.paths.slice(first, first + atOnce);
    images.push(...(await Promise.all(group.map((path) => loadOrReason(path, request)))));
  }
  return { kind: "check", images };
}

/** @throws BadImage for a file that cannot be decoded */
async function fingerprintFiles({ paths }: FingerprintRequest): Promise<FingerprintResult> {
  const prints: Fingerprint[] = [];
  for (let first = 0; first < paths.length; first += atOnce) {
    prints.push(...(await Promise.all(paths.slice(first, first + atOnce).map(fingerprint))));
  }
  return { kind: "fingerprint", prints };
}

async function fingerprint(path: string): Promise<Fingerprint> {
  const pixels = await decodeImage(path);
  const { data, height, width, channels } = pixels;
  const content = createHash("sha256").update(`${height} ${width} ${channels} `).update(data);
  return { pixels: content.digest("hex"), hash: imageHash(pixels) };
}

const load = async (path: string, how: Loading): Promise<CachedImage> =>
  toCachedImage(await decodeImage(path, how), how.size, how.resizeMethod);

async function loadOrReason(path: string, how: Loading): Promise<CheckedImage | { reason: string }> {
  try {
    const pixels = await decodeImage(path, how);
    const { usedBits, saysTurn } = pixels;
    return { ...toCachedImage(pixels, how.size, how.resizeMethod), usedBits, saysTurn };
  } catch (error) {
    if (error instanceof BadImage) return { reason: error.reason };
    throw error;
  }
}

function planOf(request: BatchRequest, image: RequestedImage, source: CachedImage): Plan {
  return planSteps(source.fullHeight, source.fullWidth, request.size, image.steps, request);
}

/**
 * Writes `count` pixels as normalised RGB; a grey value stands for all three channels. Pixels of three channels may be
 * written over themselves.
 */
export function writeNormalised(
  pixels: Float32Array,
  channels: 1 | 3,
  count: number,
  stats: ImageStats | undefined,
  out: Float32Array,
  start: number,
): void {
  const [meanR, meanG, meanB] = stats?.mean ?? [0, 0, 0];
  const [stdR, stdG, stdB] = stats?.std ?? [1, 1, 1];
  const [scaleR, scaleG, scaleB] = [1 / stdR, 1 / stdG, 1 / stdB];
  const [shiftR, shiftG, shiftB] = [-meanR / stdR, -meanG / stdG, -meanB / stdB];
  const end = start + 3 * count;
  if (channels === 1) {
    for (let from = 0, to = start; to < end; from++, to += 3) {
      const grey = pixels[from] ?? 0;
      out[to] = grey * scaleR + shiftR;
      out[to + 1] = grey * scaleG + shiftG;
      out[to + 2] = grey * scaleB + shiftB;
    }
    return;
  }
  for (let from = 0, to = start; to < end; from += 3, to += 3) {
    out[to] = (pixels[from] ?? 0) * scaleR + shiftR;
    out[to + 1] = (pixels[from + 1] ?? 0) * scaleG + shiftG;
    out[to + 2] = (pixels[from + 2] ?? 0) * scaleB + shiftB;
  }
}
