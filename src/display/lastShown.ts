import type { Figure } from "../core/Display.js";

/** A picture that was shown, such as a grid of images. */
export interface ShownPicture {
  /** The bytes of a PNG file. */
  readonly png: Uint8Array;
  readonly alt: string;
}

let last: Figure | ShownPicture | undefined;

/** Remembers what a display shows now. */
export function noteShown(shown: Figure | ShownPicture): void {
  last = shown;
}

/** The figure or picture that was shown last; undefined before the first. */
export const lastShown = (): Figure | ShownPicture | undefined => last;
