import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { currentDisplay } from "../core/Display.js";
import { Random } from "../core/Random.js";
import { cacheDir } from "../core/environment.js";
import { drawPhantom } from "./drawPhantom.js";
import { isPhantomSet, phantomMarker } from "./isPhantomSet.js";
import { randomStreams } from "../core/randomStreams.js";

export interface PhantomSetOptions {
  readonly folder?: string;
  /** Images of each class. @default 120 */
  readonly trainPerClass?: number;
  /** @default 40 */
  readonly testPerClass?: number;
  /** Side in pixels. @default 224 */
  readonly side?: number;
  readonly seed?: number;
}

/**
 * Draws a small data set in the layout of the real one, for places with neither data nor internet. The same
 * options always draw the same pixels; a finished set is used again.
 * @returns its folder
 */
export async function drawPhantomSet(options: PhantomSetOptions = {}): Promise<string> {
  const { folder = path.join(cacheDir, "phantom_xray"), side = 224, seed = 5 } = options;
  const { trainPerClass = 120, testPerClass = 40 } = options;
  if (isPhantomSet(folder)) return folder;
  await rm(folder, { recursive: true, force: true });
  const progress = currentDisplay().taskProgress(
    "Drawing phantom X-rays",
    2 * (trainPerClass + testPerClass),
  );
  let drawn = 0;
  for (const [split, [name, count]] of [
    ["train", trainPerClass] as const,
    ["test", testPerClass] as const,
  ].entries()) {
    for (const [label, className] of ["NORMAL", "PNEUMONIA"].entries()) {
      const place = path.join(folder, name, className);
      await mkdir(place, { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = drawPhantom(
          side,
          label === 1,
          new Random(seed, randomStreams.phantom, split, label, i),
        );
        const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
        const file = path.join(place, `phantom-${String(i + 1).padStart(4, "0")}.jpeg`);
        await image.toColourspace("b-w").jpeg({ quality: 90 }).toFile(file);
        progress.update(++drawn);
      }
    }
  }
  const note = { drawn: true, note: "Drawn by a program. Not X-rays of patients.", seed, side };
  await writeFile(path.join(folder, phantomMarker), `${JSON.stringify(note, null, 2)}\n`);
  progress.end();
  return folder;
}
