import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { ImageDataBunch } from "../data/ImageDataBunch.js";
import { imagenetStats } from "../core/imagenetStats.js";
import { cropPad } from "../data/transforms/cropPad.js";
import { flipLr } from "../data/transforms/flipLr.js";
import type { resizeMethods } from "../data/transforms/resizing.js";
import { isTransform } from "../data/transforms/Transform.js";
import { Learner } from "../training/Learner.js";
import { absolute, type ParityRow } from "./ParityRow.js";
import { malformed, recordWith, tracedNet } from "./tracedNet.js";

/** The record of `test/parity/oracle/tta.py`: fastai's own `learn.TTA` on drawn images. */
interface TtaRecord {
  readonly size: number;
  readonly images: readonly Drawing[];
  readonly tta: readonly Case[];
}

interface Drawing {
  /** Such as "valid/a/06.png". */
  readonly file: string;
  readonly shape: readonly [height: number, width: number];
  /** Base64. */
  readonly grey: string;
}

interface Case {
  readonly resizeMethod: (typeof resizeMethods)[number];
  /** Training's transforms beside crop and flip; they draw nothing. */
  readonly transforms: readonly unknown[];
  readonly beta: number;
  readonly scale: number;
  /** The second class's probability for each image. */
  readonly plain: Readonly<Record<string, number>>;
  readonly tta: Readonly<Record<string, number>>;
}

/** The head is not trained, so that probabilities lie within a hundredth of a half; ours are within 3e-7. */
const tolerance = 1e-6;

/** Predicts the images with and without `learn.TTA`, with the same net. */
export async function ttaParity(record: unknown): Promise<ParityRow[]> {
  const { size, images, tta } = recordWith<TtaRecord>(record, ["size", "images", "tta"]);
  const folder = await mkdtemp(path.join(tmpdir(), "xray-tta-"));
  try {
    for (const image of images) await draw(folder, image);
    const rows: ParityRow[] = [];
    for (const each of tta) rows.push(...(await caseRows(folder, size, each)));
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function draw(folder: string, { file, shape: [height, width], grey }: Drawing): Promise<void> {
  const to = path.join(folder, file);
  if (path.relative(folder, to).startsWith("..")) throw malformed(`the file ${file}`);
  await mkdir(path.dirname(to), { recursive: true });
  const raw = { height, width, channels: 1 } as const;
  await sharp(Buffer.from(grey, "base64"), { raw }).png().toFile(to);
}

async function caseRows(
  folder: string,
  size: number,
  { resizeMethod, transforms, beta, scale, plain, tta }: Case,
): Promise<ParityRow[]> {
  if (!transforms.every(isTransform)) throw malformed(`the transforms ${JSON.stringify(transforms)}`);
  const dsTfms = { train: [...transforms, cropPad(), flipLr()], valid: [cropPad()] };
  const data = await ImageDataBunch.fromFolder(folder, { size, bs: 2, dsTfms, resizeMethod });
  const learn = new Learner(data.normalize(imagenetStats), await tracedNet(), "traced ResNet-50");
  try {
    const rowsOf = (what: string, probs: Float32Array, recorded: Case["plain"]): ParityRow[] =>
      data.validDs.items.map(({ path: file }, i) => {
        const name = path.relative(folder, file).split(path.sep).join("/");
        const how = `${resizeMethod}, ${transforms.length} transforms, beta ${beta}, scale ${scale}`;
        return absolute(`${how}: ${what} ${name}`, probs[2 * i + 1] ?? NaN, recorded[name] ?? NaN, tolerance);
      });
    const { probs } = await learn.getPreds();
    const averaged = await learn.TTA({ beta, scale });
    return [...rowsOf("plain", probs, plain), ...rowsOf("TTA", averaged.probs, tta)];
  } finally {
    learn.dispose();
    await data.close();
  }
}
