import { checkArguments, having, listOf } from "../../core/checkArguments.js";
import { checkOptions } from "../../core/checkOptions.js";
import { currentDisplay } from "../../core/Display.js";
import { checkInteger } from "../../core/checkNumber.js";
import { duplicatesTable, nameOfFound } from "../images/duplicatesTable.js";
import type { Duplicate, FoundImage } from "../images/findDuplicates.js";
import { prepareImage } from "../loading/prepareImage.js";
import { showTiles } from "./showImages.js";

const duplicates = listOf("what findDuplicates() found", having("", "images", "distance", "exact").fits);

/** Side of a picture, in pixels. */
const side = 180;

/**
 * Shows pairs that `findDuplicates` found: a table, and the two pictures of each pair side by side.
 * @param options `rows`: so many pairs at most; 10 by default
 * @throws UserError naming the value that is wrong, or a file that cannot be decoded
 */
export async function showDuplicates(
  pairs: readonly Duplicate[],
  options: { readonly rows?: number } = {},
): Promise<void> {
  checkArguments("showDuplicates(await data.findDuplicates())", { pairs: [pairs, duplicates] });
  checkOptions("showDuplicates()", options, { rows: "number" });
  const shown = pairs.slice(0, checkInteger("rows", options.rows ?? 10, 1));
  const display = currentDisplay();
  if (shown.length === 0) {
    display.text("No duplicates were found.");
    return;
  }
  display.table(duplicatesTable(pairs, shown.length));
  const how = { size: side, resizeMethod: "squish", transforms: [], stats: undefined } as const;
  const picture = async (image: FoundImage) => ({
    title: nameOfFound(image),
    pixels: (await prepareImage(image.path, how)).x,
  });
  const tiles = await Promise.all(shown.flatMap((pair) => pair.images).map(picture));
  await showTiles(tiles, side, "images, duplicates side by side", 2);
}
