import { valueAt } from "../core/valueAt.js";
import type { Tile } from "../data/figures/imageGrid.js";
import type { CamMap, GradCam } from "./gradCam.js";

/**
 * matplotlib's magma, fast.ai's choice, at nine equal steps: its lightness grows evenly, so that it reads the same
 * with every kind of colour vision, and in grey.
 */
const magma = [
  [0, 0, 4],
  [29, 17, 71],
  [81, 18, 124],
  [131, 38, 129],
  [183, 55, 121],
  [230, 81, 100],
  [251, 136, 97],
  [254, 196, 136],
  [252, 253, 191],
] as const;

/** fast.ai's opacity of the heat map over its image. */
const alpha = 0.6;

/** The image, and beside it the image below its heat map. */
export function camTiles(cam: GradCam, title: string): [image: Tile, heat: Tile] {
  return [
    { title, pixels: cam.pixels },
    { title: `heat map: ${cam.class}`, pixels: overlay(cam) },
  ];
}

/** An image in true grey below its heat map, whose colours go from 0 to the map's own maximum; RGB in 0..1. */
export function overlay({ map, pixels, size }: Pick<GradCam, "map" | "pixels" | "size">): Float32Array {
  const highest = Math.max(...map.values);
  const out = new Float32Array(pixels.length);
  for (let i = 0, k = 0; i < size; i++) {
    for (let j = 0; j < size; j++, k += 3) {
      const heat = highest > 0 ? sample(map, (i + 0.5) / size, (j + 0.5) / size) / highest : 0;
      const color = magmaAt(heat);
      for (const [channel, part] of color.entries()) {
        out[k + channel] = (1 - alpha) * valueAt(pixels, k + channel) + alpha * part;
      }
    }
  }
  return out;
}

/** The map between its cells' centres, at a place in 0..1 from the top and from the left. */
function sample({ values, height, width }: CamMap, top: number, left: number): number {
  const y = Math.min(Math.max(top * height - 0.5, 0), height - 1);
  const x = Math.min(Math.max(left * width - 0.5, 0), width - 1);
  const [i, j] = [Math.floor(y), Math.floor(x)];
  const at = (row: number, column: number): number =>
    valueAt(values, Math.min(row, height - 1) * width + Math.min(column, width - 1));
  const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
  return mix(mix(at(i, j), at(i, j + 1), x - j), mix(at(i + 1, j), at(i + 1, j + 1), x - j), y - i);
}

/** RGB in 0..1 for a value in 0..1. */
function magmaAt(value: number): number[] {
  const place = Math.min(Math.max(value, 0), 1) * (magma.length - 1);
  const step = Math.min(Math.floor(place), magma.length - 2);
  const [from, to] = [valueAt(magma, step), valueAt(magma, step + 1)];
  return from.map((part, channel) => (part + (valueAt(to, channel) - part) * (place - step)) / 255);
}
