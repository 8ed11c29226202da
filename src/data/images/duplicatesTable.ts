import path from "node:path";
import type { Table } from "../../core/Display.js";
import type { Duplicate, FoundImage } from "./findDuplicates.js";

/**
 * Pairs as a table.
 * @param rows so many of them at most
 */
export function duplicatesTable(pairs: readonly Duplicate[], rows = 20): Table {
  const shown = pairs.slice(0, rows);
  const exact = pairs.filter((pair) => pair.exact).length;
  const rest = pairs.length > shown.length ? `; the first ${shown.length} are shown` : "";
  return {
    caption: `${pairs.length} pairs of duplicates, ${exact} of them equal in every pixel${rest}`,
    columns: ["image", "other image", "bits that differ"],
    rows: shown.map(({ images, distance, exact: equal }) => [
      ...images.map(nameOfFound),
      equal ? "none: every pixel is equal" : `${distance} of 256`,
    ]),
  };
}

/** What an image is called: its set, its class and its file's name. */
export const nameOfFound = (image: FoundImage): string =>
  [image.set, image.class, path.basename(image.path)].filter((part) => part !== "").join(" / ");
