import { valueAt } from "../core/valueAt.js";
import type { AuditFinding } from "./DataAudit.js";
import type { Neighbours } from "./nearestNeighbours.js";

/** Neighbours that an image's distance is taken from. */
export const outlierNeighbours = 10;

/**
 * From this multiple of the median distance on an image is an outlier, as in cleanlab's Datalab (there 1 / 0.37). Measured with
 * ResNet-50 at 224 pixels: of 502 X-rays the farthest has 2.15; photographs have 4.8 to 6.7, blank images 5.8 to 6.7, X-rays turned
 * by 90 degrees 2.9 to 4.2. X-rays with black for white have 1.6 to 2.3, and are not found.
 */
const farFrom = 2.7;

/** Fewer images say nothing of what is usual. */
const fewestImages = 20;

/**
 * Images that are unlike all others: the mean cosine distance to their nearest neighbours (Kuan and Mueller, "Back to the basics:
 * revisiting out-of-distribution detection baselines", 2022) is many times that of the image in the middle. The farthest first.
 */
export function outlierFindings({ k, similarities }: Neighbours): AuditFinding[] {
  const n = k === 0 ? 0 : similarities.length / k;
  if (n < fewestImages) return [];
  const distances = Float64Array.from({ length: n }, (_, item) => {
    const own = similarities.subarray(item * k, (item + 1) * k);
    return own.reduce((sum, similarity) => sum + 1 - similarity, 0) / k;
  });
  const typical = valueAt(distances.slice().sort(), Math.floor(n / 2));
  // Most images have ten copies.
  if (typical < 1e-6) return [];
  return [...distances]
    .flatMap((distance, item): AuditFinding[] => {
      const ratio = distance / typical;
      if (ratio < farFrom) return [];
      const reason = `It is unlike all other images: its ${k} nearest neighbours are ${ratio.toFixed(1)} times as far away as those of most images.`;
      return [{ kind: "outlier", item, score: 1 - 1 / ratio, reason }];
    })
    .sort((a, b) => b.score - a.score);
}
