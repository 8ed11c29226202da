import type { DataSet } from "dicom-parser";
import { numbersOf } from "./numbersOf.js";
import type { Window } from "./DicomImage.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/** The first window (PS3.3, C.11.2.1.2) whose width shows something; undefined where there is none. */
export function windowOf(dataSet: DataSet): Window | undefined {
  const centers = numbersOf(dataSet, "x00281050", "window centre");
  const widths = numbersOf(dataSet, "x00281051", "window width");
  const kind = (dataSet.string("x00281056") ?? "").trim().toUpperCase() || "LINEAR";
  if (kind !== "LINEAR" && kind !== "LINEAR_EXACT" && kind !== "SIGMOID") {
    throw new UnreadableImage("has a VOI LUT function other than LINEAR, LINEAR_EXACT and SIGMOID");
  }
  const least = kind === "LINEAR" ? 1 : Number.MIN_VALUE;
  for (const [k, center] of centers.entries()) {
    const width = widths[k];
    if (center !== undefined && width !== undefined && width >= least) return { center, width, kind };
  }
  return undefined;
}
