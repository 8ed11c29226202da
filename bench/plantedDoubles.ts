import { mkdirSync } from "node:fs";
import path from "node:path";
import sharp, { type Sharp } from "sharp";

/** What is done to an image that is to be found again, by its name. */
export const changes = {
  "cropped by 2%": async (file) => {
    const { width, height } = await sharp(file).metadata();
    const [x, y] = [Math.round(0.02 * width), Math.round(0.02 * height)];
    return sharp(file).extract({ left: x, top: y, width: width - 2 * x, height: height - 2 * y });
  },
  "turned by 2 degrees": async (file) => {
    const { width, height } = await sharp(file).metadata();
    // What lies beyond the edges is black, as when a scanner has it; the size stays.
    const { data, info } = await sharp(file)
      .rotate(2, { background: "black" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const [left, top] = [Math.floor((info.width - width) / 2), Math.floor((info.height - height) / 2)];
    const raw = { width: info.width, height: info.height, channels: info.channels };
    return sharp(data, { raw }).extract({ left, top, width, height });
  },
  mirrored: (file) => Promise.resolve(sharp(file).flop()),
  rescaled: async (file) => {
    const { width } = await sharp(file).metadata();
    return sharp(file).resize(Math.round(0.6 * width));
  },
  "re-compressed": (file) => Promise.resolve(sharp(file)),
} satisfies Readonly<Record<string, (file: string) => Promise<Sharp>>>;

export type Change = keyof typeof changes;

/**
 * Writes a changed copy of an image, as a JPEG of quality 90; re-compressed 30.
 * @returns its path
 */
export async function plantDouble(file: string, change: Change, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const name = `${path.parse(file).name}-${change.replaceAll(/\W+/g, "-")}.jpeg`;
  const image = await changes[change](file);
  const planted = path.join(folder, name);
  await image
    .toColourspace("b-w")
    .jpeg({ quality: change === "re-compressed" ? 30 : 90 })
    .toFile(planted);
  return planted;
}
