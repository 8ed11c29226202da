import { Random } from "../../core/Random.js";
import { writeNormalised } from "./workerTasks.js";
import type { BatchRequest, BatchResult, RequestedImage } from "./workerMessages.js";
import type { FilterStep, TransformStep } from "../transforms/TransformStep.js";
import { drawSteps, type Transform } from "../transforms/Transform.js";

/** A batch before anything is drawn for it. */
export interface BatchToDraw extends Omit<BatchRequest, "kind" | "images"> {
  readonly images: readonly ImageToDraw[];
  readonly transforms: readonly Transform[];
  /** Seed and stream of the random numbers; each image adds its own. */
  readonly stream: readonly [seed: number, ...stream: number[]];
}

/** An image, and where its random numbers come from: its index in its data set; if drawn again, another number. */
export interface ImageToDraw extends Omit<RequestedImage, "steps"> {
  readonly item: number;
}

/**
 * Draws what is done to each image and has it done. Transforms are drawn and filters applied in this thread, where
 * the functions of a transform of one's own are; `prepare` is given plain data.
 * @param prepare may do its work in another thread
 * @returns undefined when the batch was stopped midway
 * @throws UserError naming a transform that is not defined in this process
 */
export async function drawBatch(
  { images, transforms, stream, stats, ...rest }: BatchToDraw,
  prepare: (request: BatchRequest) => Promise<BatchResult | undefined>,
): Promise<BatchResult | undefined> {
  const drawn = images.map(({ item }) => drawSteps(transforms, new Random(...stream, item)));
  const filters = drawn.map((steps) => steps.filter(isFilter));
  const filtered = filters.some(({ length }) => length > 0);
  const result = await prepare({
    kind: "batch",
    images: images.map(({ path, source }, k) => ({
      path,
      source,
      steps: (drawn[k] ?? []).filter((step) => !isFilter(step)),
    })),
    ...rest,
    // Filters see the pixels before they are normalised.
    stats: filtered ? undefined : stats,
  });
  if (!result || !filtered) return result;
  const { x } = result;
  const length = rest.size * rest.size * 3;
  filters.forEach((ofImage, k) => {
    const pixels = x.subarray(k * length, (k + 1) * length);
    for (const { apply } of ofImage) apply(pixels, rest.size);
  });
  writeNormalised(x, 3, x.length / 3, stats, x, 0);
  return result;
}

const isFilter = (step: TransformStep): step is FilterStep => step.kind === "filter";
