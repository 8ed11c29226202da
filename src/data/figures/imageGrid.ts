import sharp from "sharp";

/** Tiles smaller than this are enlarged; in pixels. */
const smallestTile = 180;
/** Tiles are enlarged further, up to this, so that long titles can be read. */
const widestForTitle = 270;
const titleSize = { most: 15, least: 11 };
/** A letter's width as a share of its size: somewhat more than the average of sans-serif fonts. */
const letterWidth = 0.62;
const titleHeight = 24;
const gap = 6;

export interface Tile {
  readonly title: string;
  /** `[size, size, 3]`, RGB in 0..1; values outside are cut off. */
  readonly pixels: Float32Array;
}

/**
 * Draws images in a grid, each below its title; where none has one, without room for titles.
 * @param size side of every tile's image, in pixels
 * @param columns as many as rows by default
 * @returns a PNG
 */
export async function imageGrid(
  tiles: readonly Tile[],
  size: number,
  columns = Math.ceil(Math.sqrt(tiles.length)),
): Promise<Uint8Array> {
  const rows = Math.ceil(tiles.length / columns);
  const longest = Math.max(...tiles.map(({ title }) => title.length));
  const forTitle = Math.min(widestForTitle, Math.ceil(titleSize.least * letterWidth * longest));
  const side = Math.max(size, smallestTile, forTitle);
  const width = columns * (side + gap) + gap;
  const titled = longest > 0 ? titleHeight : 0;
  const height = rows * (side + titled + gap) + gap;
  const placed = tiles.map((tile, k) => ({
    tile,
    left: gap + (k % columns) * (side + gap),
    top: gap + Math.floor(k / columns) * (side + titled + gap),
  }));
  const images = placed.map(async ({ tile, left, top }) => {
    const raw = { width: size, height: size, channels: 3 } as const;
    const picture = sharp(bytesOfPixels(tile.pixels), { raw });
    return { input: await picture.resize(side, side).png().toBuffer(), left, top: top + titled };
  });
  // Light on a dark strip, and nothing between the tiles: the grid is at home on a white page and on a dark one.
  const strips = placed.map(
    ({ left, top }) =>
      `<rect x="${left}" y="${top}" width="${side}" height="${titleHeight}" fill="#33383e"/>`,
  );
  const titles = placed.map(
    ({ tile, left, top }) =>
      `<text x="${left + side / 2}" y="${top + 17}" text-anchor="middle" ` +
      `font-size="${Math.min(titleSize.most, side / (letterWidth * tile.title.length)).toFixed(1)}">${escapeXml(tile.title)}</text>`,
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `font-family="sans-serif" fill="#fff">${strips.join("")}${titles.join("")}</svg>`;
  return sharp({ create: { width, height, channels: 4, background: "#0000" } })
    .composite([...(await Promise.all(images)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

/** Values in 0..1 as bytes; those outside are cut off. */
export function bytesOfPixels(pixels: Float32Array): Uint8Array {
  // Clamped and rounded by the array itself.
  return new Uint8Array(Uint8ClampedArray.from(pixels, (value) => value * 255).buffer);
}

function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "amp",
    "<": "lt",
    ">": "gt",
    '"': "quot",
    "'": "apos",
  };
  return text.replace(/[&<>"']/g, (character) => `&${names[character] ?? ""};`);
}
