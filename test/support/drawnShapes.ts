import { mkdir } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { Random } from "../../src/core/Random.js";

type Inside = (x: number, y: number) => boolean;

/** Whether a point, in -1..1 on both axes, is on the shape. */
const shapes: Readonly<Record<string, Inside>> = {
  circle: (x, y) => x * x + y * y < 0.5,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.6,
  stripes: (x) => Math.sin(x * 12) > 0,
};

/** A data set of drawn shapes, of three classes: no X-rays, and nothing of anybody. */
export async function drawShapes(folder: string, { train = 6, test = 3, side = 40 } = {}): Promise<string> {
  for (const [split, count] of Object.entries({ train, test })) {
    for (const [label, [name, inside]] of Object.entries(shapes).entries()) {
      const place = path.join(folder, split, name);
      await mkdir(place, { recursive: true });
      for (let i = 0; i < count; i++) {
        const random = new Random(label, i, count);
        const [dx, dy] = [random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3)];
        const at = (k: number, shift: number) => (2 * k) / side - 1 + shift;
        const pixels = Uint8Array.from({ length: side * side }, (_, k) =>
          inside(at(k % side, dx), at(Math.floor(k / side), dy)) ? 200 : 40,
        );
        const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
        await image.png().toFile(path.join(place, `${name}-${i}.png`));
      }
    }
  }
  return folder;
}
