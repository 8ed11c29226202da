import type { DataSet } from "dicom-parser";
import { UnreadableImage } from "../images/UnreadableImage.js";

/**
 * An attribute's decimal or integer strings (PS3.5, 6.2).
 * @param name what errors call the attribute
 * @returns undefined for those that are blank
 * @throws UnreadableImage for one that is no finite number
 */
export function numbersOf(dataSet: DataSet, tag: string, name: string): (number | undefined)[] {
  return (dataSet.string(tag) ?? "").split("\\").map((text) => {
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : NaN;
    if (Number.isFinite(value)) return value;
    throw new UnreadableImage(`has a ${name} that is no number`);
  });
}

/** The same of an attribute of one value. */
export function numberOf(dataSet: DataSet, tag: string, name: string): number | undefined {
  const [value, ...others] = numbersOf(dataSet, tag, name);
  if (others.every((other) => other === value)) return value;
  throw new UnreadableImage(`has a ${name} of several values`);
}
