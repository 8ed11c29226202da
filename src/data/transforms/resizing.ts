/**
 * How an image gets to the square wanted (fast.ai's `ResizeMethod`): "crop" resizes its shorter side to the square's
 * and cuts, "pad" resizes its longer side and fills up, "squish" resizes both and changes its proportions.
 */
export type ResizeMethod = "crop" | "pad" | "squish";

/** What lies beyond the image: its mirror image (the edge pixels appear once), black, or its edge pixels. */
export type PaddingMode = "reflection" | "zeros" | "border";

export const resizeMethods = ["crop", "pad", "squish"] as const satisfies readonly ResizeMethod[];
export const paddingModes = ["reflection", "zeros", "border"] as const satisfies readonly PaddingMode[];

/** Longest side of what a net sees, in pixels: hardly an X-ray is larger, and a slip of the finger is. */
export const maxSize = 4096;

/** How images are brought to size, beside the size itself. */
export interface Resizing {
  /** @default "crop" */
  readonly resizeMethod?: ResizeMethod;
  /** Beyond the image's edges, in sampling and in filling up. @default "reflection" */
  readonly paddingMode?: PaddingMode;
  /**
   * Photographs are turned as the camera says that they are to be shown (EXIF's orientation). fast.ai uses them as they are
   * stored. @default false
   */
  readonly applyExifOrientation?: boolean;
}

/** The place within 0..span that a mirror at each end shows at `t`. */
export function reflect(t: number, span: number): number {
  if (t >= 0 && t <= span) return t;
  if (span === 0) return 0;
  const distance = Math.abs(t);
  const mirrors = Math.floor(distance / span);
  const rest = distance - mirrors * span;
  return mirrors % 2 === 0 ? rest : span - rest;
}

/** The place within 0..span that is nearest to `t`. */
export const clamp = (t: number, span: number): number => Math.min(Math.max(t, 0), span);
