import { checkArguments, having, listOf } from "../core/checkArguments.js";
import { shownTable } from "../core/asTable.js";
import type { Table } from "../core/Display.js";
import { formatShare } from "../statistics/format.js";
import { mean } from "../statistics/sum.js";
import type { CamMap, GradCam } from "./gradCam.js";

/**
 * The border is this share of the side on each of the four sides. There a chest X-ray has its letters and markers,
 * arms, neck and the film's black edge, and hardly any lung: a net that looks there may have learnt a shortcut
 * (Zech et al., "Variable generalization performance of a deep learning model to detect pneumonia", 2018).
 */
export const borderShare = 1 / 8;

/** The border's share of the image's area: what a map that is the same everywhere has there. */
export const borderArea = 1 - (1 - 2 * borderShare) ** 2;

const aMap = having("a heat map", "values", "height", "width");
const explained = listOf(
  "a list of explained images, each { map, name, actual }",
  (image) => having("", "map", "name", "actual").fits(image) && aMap.fits((image as ExplainedImage).map),
);

/**
 * The share of a heat map's mass that lies in the image's border, 0 to 1; NaN for a map of zeros, and for one whose cells are
 * larger than the border: `layerCam` has finer ones than `gradCam`.
 */
export function shareInBorder(map: CamMap): number {
  checkArguments("shareInBorder((await layerCam(learn, image)).map)", { map: [map, aMap] });
  const { values, height, width } = map;
  if (isCoarse(map)) return NaN;
  let [inside, all] = [0, 0];
  values.forEach((value, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    all += value;
    inside += value * middlePart(row, height) * middlePart(column, width);
  });
  return all > 0 ? 1 - inside / all : NaN;
}

/** Whether its cells are larger than the border: what such a cell holds may lie in the border or not. */
const isCoarse = ({ height, width }: CamMap): boolean => Math.min(height, width) < 1 / borderShare;

/** Which part of a row or column of cells lies between the borders. */
function middlePart(index: number, count: number): number {
  const from = Math.max(index, borderShare * count);
  const to = Math.min(index + 1, (1 - borderShare) * count);
  return Math.max(0, to - from);
}

/** An explained image: its map, its name and its actual class. */
export interface ExplainedImage extends Pick<GradCam, "map"> {
  /** Such as its file's name. */
  readonly name: string;
  /** Its class. */
  readonly actual: string;
}

/** The share of each image's heat map that lies in the border, and the mean of each class. */
export function borderAttention(images: readonly ExplainedImage[]): Table {
  checkArguments("borderAttention([{ map, name, actual }])", { images: [images, explained] });
  const coarse = images.find(({ map }) => isCoarse(map));
  const shares = images.map(({ map, name, actual }) => ({ name, actual, share: shareInBorder(map) }));
  const classes = [...new Set(shares.map(({ actual }) => actual))].sort();
  const means = classes.map((actual) => {
    const known = shares.filter((each) => each.actual === actual && !Number.isNaN(each.share));
    return [`mean of ${known.length}`, actual, formatShare(mean(known.map(({ share }) => share)))];
  });
  return shownTable({
    caption:
      "Share of the heat map in the border, the outer eighth on each side; a uniform map has " +
      `${formatShare(borderArea)} there. A much larger share suggests a shortcut, such as a marker at the edge`,
    columns: ["image", "actual class", "share in the border"],
    note:
      coarse &&
      `A dash: the map has ${coarse.map.height} x ${coarse.map.width} cells, which are larger than the border; layerCam() gives finer maps.`,
    rows: [...shares.map(({ name, actual, share }) => [name, actual, formatShare(share)]), ...means],
  });
}
