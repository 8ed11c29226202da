import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { csvLine } from "../core/csvLine.js";
import { cacheDir } from "../core/environment.js";
import { currentDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { Random } from "../core/Random.js";
import { randomStreams } from "../core/randomStreams.js";
import { type DrawnFinding, drawnFindings, drawPhantomWith } from "./drawPhantom.js";

/** How many images are drawn, where, and how. */
export interface FindingsSetOptions {
  /** Is made anew, unless it has such a set. @default one of the project's cache */
  readonly folder?: string;
  /** Images, of one to three a patient. @default 600 */
  readonly images?: number;
  /** Side, in pixels. @default 128 */
  readonly side?: number;
  /** Decides every draw. @default 5 */
  readonly seed?: number;
}

const kinds: OptionKinds<FindingsSetOptions> = {
  folder: "text",
  images: "number",
  side: "number",
  seed: "number",
};

/** How many patients have each finding: some are rare, as in archives. */
const prevalence: Readonly<Record<DrawnFinding, number>> = {
  Cardiomegaly: 0.12,
  Effusion: 0.25,
  Infiltration: 0.35,
  Mass: 0.15,
};

/** The head of ChestX-ray14's table, which has commas in its brackets. */
const head =
  "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position," +
  "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],";

/**
 * Draws a set in the form of ChestX-ray14 (Wang et al., CVPR 2017): `images/`, and `Data_Entry_2017.csv` with the findings of
 * each and whose it is. They are no X-rays of patients. The same options always draw the same pixels; a finished set is
 * used again.
 * @returns the folder
 * @throws UserError when the folder holds anything else
 */
export async function drawFindingsSet(options: FindingsSetOptions = {}): Promise<string> {
  checkOptions("drawFindingsSet()", options, kinds);
  const { images = 600, side = 128, seed = 5 } = options;
  checkInteger("images", images, 1);
  checkInteger("side", side, 16);
  const { folder = path.join(cacheDir, `findings-${images}-${side}-${seed}`) } = options;
  const note = `${JSON.stringify({ drawn: true, images, side, seed })}\n`;
  const marker = path.join(folder, "drawn.json");
  if (existsSync(marker) && (await readFile(marker, "utf8")) === note) return folder;
  if (existsSync(folder) && !existsSync(marker)) {
    throw new UserError(`${folder} is there already, and holds no drawn set.`, "Name another folder.");
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, "images"), { recursive: true });
  const rows: string[] = [];
  const progress = currentDisplay().taskProgress("Drawing phantom X-rays", images);
  for (let patient = 1; rows.length < images; patient++) {
    const random = new Random(seed, randomStreams.phantom, 2, patient);
    const findings = new Set(drawnFindings.filter((name) => random.bernoulli(prevalence[name])));
    const follow = Math.min(1 + Math.floor(random.uniform(0, 3)), images - rows.length);
    for (let k = 0; k < follow; k++) {
      const name = `${String(patient).padStart(8, "0")}_${String(k).padStart(3, "0")}.png`;
      const pixels = drawPhantomWith(side, findings, random);
      const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
      await image
        .toColourspace("b-w")
        .png()
        .toFile(path.join(folder, "images", name));
      const labels = findings.size === 0 ? "No Finding" : [...findings].join("|");
      rows.push(csvLine([name, labels, ...[k, patient, 50, "M", "PA", side, side, 1, 1].map(String), ""]));
      progress.update(rows.length);
    }
  }
  progress.end();
  await writeFile(path.join(folder, "Data_Entry_2017.csv"), `${head}\n${rows.join("")}`);
  // The last one: a set without it is not finished.
  await writeFile(marker, note);
  return folder;
}
