import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { Random } from "../../src/core/Random.js";
import { temporaryFolder } from "./folders.js";

/** The findings of a drawn set: each is a square of its own place and lightness. */
export const findings = ["Effusion", "Mass", "Nodule"] as const;

/** A drawn image and its findings, 1 or 0 each. */
export interface DrawnFindings {
  readonly name: string;
  readonly patient: number;
  readonly has: readonly number[];
}

/**
 * Draws grey noise with up to three squares, in the folder `images`; two images a patient.
 * @returns the folder and its images; who wants a table writes it
 */
export async function drawFindings(
  count: number,
  side = 32,
): Promise<{ folder: string; images: DrawnFindings[] }> {
  const folder = temporaryFolder();
  const random = new Random(11);
  mkdirSync(path.join(folder, "images"), { recursive: true });
  const images: DrawnFindings[] = [];
  for (let i = 0; i < count; i++) {
    const has = findings.map(() => Number(random.bernoulli(0.4)));
    const pixels = Buffer.from(
      Array.from({ length: side * side }, () => Math.floor(random.uniform(60, 120))),
    );
    has.forEach((own, k) => {
      const [top, left] = [4 + 9 * k, 20 - 7 * k];
      for (let y = top; own === 1 && y < top + 6; y++) pixels.fill(250, y * side + left, y * side + left + 6);
    });
    const name = `${String(i).padStart(4, "0")}.png`;
    const raw = { width: side, height: side, channels: 1 } as const;
    await sharp(pixels, { raw })
      .png()
      .toFile(path.join(folder, "images", name));
    images.push({ name, patient: Math.floor(i / 2), has });
  }
  return { folder, images };
}

/** Writes the set's table in the form of ChestX-ray14's `Data_Entry_2017.csv`. */
export function writeChestXray14(folder: string, images: readonly DrawnFindings[]): void {
  const rows = images.map(({ name, patient, has }, i) => {
    const own = findings.filter((_, k) => has[k] === 1).join("|");
    return [name, own || "No Finding", i % 2, patient + 1, "058Y", "M", "PA", 2682, 2749, 0.143, 0.143].join(
      ",",
    );
  });
  const header =
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],";
  writeFileSync(
    path.join(folder, "Data_Entry_2017.csv"),
    `${header}\n${rows.map((row) => `${row},`).join("\n")}\n`,
  );
}

/** Writes it in the form of CheXpert's `train.csv`: 1.0, 0.0, -1.0 and nothing. */
export function writeChexpert(folder: string, images: readonly DrawnFindings[]): void {
  const rows = images.map(({ name, has }, i) => {
    const cells = has.map((own, k) =>
      (i + k) % 5 === 0 ? "-1.0" : own === 1 ? "1.0" : (i + k) % 3 === 0 ? "" : "0.0",
    );
    return [`images/${name}`, "Male", 40, "Frontal", "AP", ...cells].join(",");
  });
  const header = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", ...findings].join(",");
  writeFileSync(path.join(folder, "train.csv"), `${header}\n${rows.join("\n")}\n`);
}
