import { checkArguments, having, listOf } from "../core/checkArguments.js";
import { UserError } from "../core/errors.js";
import { showTiles } from "../data/figures/showImages.js";
import type { GradCam } from "./gradCam.js";
import { camTiles } from "./heatMap.js";

const explained = listOf("a list of heat maps", having("a heat map", "map", "pixels", "size", "class").fits);

/**
 * Shows each image beside itself below its heat map, whose colours go from 0 to its own maximum; what is below 0 has the
 * colour of 0. The title names the class that the map speaks of.
 * @param images by `gradCam`, `layerCam` or `occlusionSensitivity`
 * @throws UserError when there are none, or they differ in size
 */
export async function showHeatMaps(images: readonly GradCam[]): Promise<void> {
  checkArguments("showHeatMaps([await gradCam(learn, image)])", { images: [images, explained] });
  const [first] = images;
  if (!first) throw new UserError("There are no heat maps.", "Give at least one.");
  const other = images.find(({ size }) => size !== first.size);
  if (other) {
    throw new UserError(
      `The heat maps are of images of ${first.size} and of ${other.size} pixels.`,
      "Show those of one size together.",
    );
  }
  const tiles = images.flatMap((image) => camTiles(image, `predicted: ${image.prediction.class}`));
  await showTiles(tiles, first.size, "images and heat maps", images.length === 1 ? 2 : 4);
}
