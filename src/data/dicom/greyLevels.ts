import type { DicomImage, Lut, Window } from "./DicomImage.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

type Shown = Pick<
  DicomImage,
  | "bitsStored"
  | "signed"
  | "slope"
  | "intercept"
  | "modalityLut"
  | "voiLut"
  | "window"
  | "padding"
  | "photometric"
>;

/**
 * The grey level, 0 (black) to 255, of every value that the stored bits can hold: modality LUT or rescale, then VOI
 * LUT or window, then the inversion of MONOCHROME1 (PS3.3, C.11.1 and C.11.2).
 *
 * A VOI LUT that holds something goes before a window, and above 8 bits its own largest entry is white: some files say 16 bits of a table
 * that ends at 4095, and others say fewer bits than their entries have. Without either, values of more than 8 bits fill the range from the smallest to the
 * largest in the image, while 8 bits are shown as they are: they come from a picture made to be looked at. Padding
 * is black, and has no part in that range.
 * @param stored the values in the image, without sign
 * @throws UnreadableImage when a window or a table shows different values as one grey level
 */
export function greyLevels(image: Shown, stored: Iterable<number>): Uint8Array {
  const count = 2 ** image.bitsStored;
  const [paddedFrom, paddedTo] = image.padding ?? [1, 0];
  const isPadding = (code: number): boolean => {
    const value = valueOf(code, image);
    return value >= paddedFrom && value <= paddedTo;
  };
  const rescaled = (code: number): number => {
    const value = valueOf(code, image);
    return image.modalityLut ? lookUp(image.modalityLut, value) : value * image.slope + image.intercept;
  };
  const used = new Uint8Array(count);
  for (const code of stored) used[code] = 1;
  const codes: number[] = [];
  for (let code = 0; code < count; code++) if (used[code] === 1 && !isPadding(code)) codes.push(code);
  const shown = brightness(image, () => {
    let [low, high] = [Infinity, -Infinity];
    for (const code of codes) {
      low = Math.min(low, rescaled(code));
      high = Math.max(high, rescaled(code));
    }
    return [low, high];
  });
  const inverted = image.photometric === "MONOCHROME1";
  const levels = Uint8Array.from({ length: count }, (_, code) => {
    if (isPadding(code)) return 0;
    const share = shown(rescaled(code));
    return Math.round(255 * (inverted ? 1 - share : share));
  });
  const first = levels[codes[0] ?? 0];
  if (codes.length > 1 && codes.every((code) => levels[code] === first)) {
    throw new UnreadableImage(
      "would be shown as one grey level, though its pixels differ: its window or lookup table does not fit its values",
    );
  }
  return levels;
}

/** The number that stored bits stand for. */
export function valueOf(code: number, { bitsStored, signed }: Pick<Shown, "bitsStored" | "signed">): number {
  return signed && code >= 2 ** (bitsStored - 1) ? code - 2 ** bitsStored : code;
}

/** From a value to its share of white, 0 to 1. */
function brightness(
  image: Shown,
  range: () => readonly [low: number, high: number],
): (value: number) => number {
  const { voiLut, window } = image;
  const most = voiLut ? largest(voiLut.entries) : 0;
  // A table of nothing but zeros beside a window is one that was never filled in.
  if (voiLut && (most > 0 || !window)) {
    const white = voiLut.bits > 8 ? most : Math.max(most, 2 ** voiLut.bits - 1);
    return (value) => (white > 0 ? Math.min(1, lookUp(voiLut, value) / white) : 0);
  }
  if (window) return (value) => windowed(value, window);
  const plain = image.slope === 1 && image.intercept === 0 && !image.modalityLut && !image.signed;
  const [low, high] = plain && image.bitsStored === 8 ? [0, 255] : range();
  return (value) => (high > low ? clamped((value - low) / (high - low)) : 0);
}

/** PS3.3, C.11.2.1.2 and C.11.2.1.3. */
function windowed(value: number, { center, width, kind }: Window): number {
  switch (kind) {
    case "LINEAR":
      // The standard's limits first: a width of 1 divides by 0.
      if (value <= center - 0.5 - (width - 1) / 2) return 0;
      if (value > center - 0.5 + (width - 1) / 2) return 1;
      return (value - (center - 0.5)) / (width - 1) + 0.5;
    case "LINEAR_EXACT":
      return clamped((value - center) / width + 0.5);
    case "SIGMOID":
      return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  }
}

/** The entry of a value: beyond a table's ends the first or the last one. */
export function lookUp({ first, entries }: Lut, value: number): number {
  const place = Math.min(entries.length - 1, Math.max(0, Math.round(value) - first));
  return entries[place] ?? 0;
}

const largest = (values: Uint16Array): number => values.reduce((most, value) => Math.max(most, value), 0);

const clamped = (share: number): number => Math.min(1, Math.max(0, share));
