import type { PixelCoding } from "./transferSyntax.js";

/** The samples of an image as numbers without sign, pixel by pixel. */
export type Samples = Uint8Array | Uint16Array;

/** A lookup table: values below `first` give its first entry, values above its range the last. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** Tables of red, green and blue. */
export type Palette = readonly [red: Lut, green: Lut, blue: Lut];

/** A window of values to be shown, from black to white. */
export interface Window {
  readonly center: number;
  readonly width: number;
  readonly kind: "LINEAR" | "LINEAR_EXACT" | "SIGMOID";
}

/**
 * What is read of a DICOM file: how to show its pixels, and the pixels. Nothing that says who the patient is is
 * taken over.
 */
export interface DicomImage {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly photometric: string;
  /** Colour by colour in place of pixel by pixel. */
  readonly planar: boolean;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  /** The place of the highest stored bit. */
  readonly highBit: number;
  /** The bits of a pixel, as a mask, in which the file says that it keeps overlays. */
  readonly overlayBits: number;
  readonly signed: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** Red, green and blue of each value, where the photometric interpretation is PALETTE COLOR. */
  readonly palette?: Palette;
  /** In place of slope and intercept. */
  readonly modalityLut?: Lut;
  readonly voiLut?: Lut;
  /** The first one whose width shows something; undefined where there is none. */
  readonly window?: Window;
  /** Stored values, both included, that fill the place outside the picture. */
  readonly padding?: readonly [from: number, to: number];
  readonly coding: PixelCoding;
  /** One frame as stored; little endian where it is native. */
  readonly pixels: Uint8Array;
}
