import { mkdirSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { Random } from "../src/core/Random.js";
import { drawPhantom } from "../src/xrays/drawPhantom.js";

/** A set of drawn X-rays. */
export interface DrawnMarkers {
  readonly folder: string;
  /** Images of each class; a fifth of them validates. */
  readonly perClass: number;
  readonly seed: number;
  /** Whether one class has a marker, a white L, in a corner. */
  readonly marked: boolean;
}

const side = 160;

/** Draws a set whose classes differ in the lungs, and, where it is asked for, by a marker in a corner of one class. */
export async function drawMarkers({ folder, perClass, seed, marked }: DrawnMarkers): Promise<void> {
  for (const [label, name] of ["NORMAL", "PNEUMONIA"].entries()) {
    for (let i = 0; i < perClass; i++) {
      const random = new Random(seed, label, i);
      const pixels = drawPhantom(side, label === 1, random);
      if (marked && label === 1) drawL(pixels, random);
      const place = path.join(folder, i % 5 === 0 ? "valid" : "train", name);
      mkdirSync(place, { recursive: true });
      await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
        .toColourspace("b-w")
        .jpeg({ quality: 90 })
        .toFile(path.join(place, `drawn-${String(i).padStart(3, "0")}.jpeg`));
    }
  }
}

/** An L of 12 x 8 pixels with lines of 3, near the upper right corner, not always at the same place. */
function drawL(pixels: Uint8Array, random: Random): void {
  const [top, left] = [3 + Math.floor(random.uniform(0, 4)), side - 12 - Math.floor(random.uniform(0, 4))];
  for (let y = 0; y < 12; y++) {
    for (let x = 0; x < 8; x++) {
      if (x < 3 || y >= 9) pixels[(top + y) * side + left + x] = 250;
    }
  }
}
