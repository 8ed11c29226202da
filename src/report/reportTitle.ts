import type { DataSource } from "../xrays/DataSource.js";
import { namesInText } from "../core/nameInText.js";

/**
 * What a run's reports are called: after the images they are about.
 * @param name of the folder of images
 */
export function reportTitle(
  source: DataSource | "unknown",
  { classes, name = "" }: { readonly classes: readonly string[]; readonly name?: string },
): string {
  switch (source) {
    case "kermany":
      return "Pneumonia in chest X-rays";
    case "phantom":
      return "Drawn images in place of chest X-rays";
    case "other":
      return `${classesInWords(classes)}: the images in the folder ${name}`;
    case "unknown":
      return `A net for ${classesInWords(classes)}`;
  }
}

/** A title has room for so many names. */
const mostNames = 5;

const classesInWords = (classes: readonly string[]): string =>
  classes.length > mostNames ? `${classes.length} classes` : namesInText(classes);
