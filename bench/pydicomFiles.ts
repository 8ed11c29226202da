import { readFileSync } from "node:fs";
import path from "node:path";
import { BadImage } from "../src/data/images/BadImage.js";
import { decodeImage } from "../src/data/images/decodeImage.js";
import type { Pixels } from "../src/data/images/Pixels.js";

/** A file as pydicom_files.py wrote it. */
interface Known {
  /** Absolute path. */
  readonly file: string;
  readonly kind: "image" | "frames" | "no pixels" | "unreadable";
  /** Name of a file of 32-bit floats, 0 to 255, and their shape. */
  readonly values?: string;
  readonly shape?: readonly number[];
}

/** Ours are whole numbers. */
const rounding = 0.51;

// How many DICOM files are decoded to what pydicom decodes them to, and why the others are not; see pydicom_files.py.
void compareAll(process.argv[2] ?? "");

async function compareAll(folder: string): Promise<void> {
  const files = JSON.parse(readFileSync(path.join(folder, "index.json"), "utf8")) as Known[];
  const groups = new Map<string, string[]>();
  for (const known of files) {
    const outcome = await outcomeOf(known, folder);
    groups.set(outcome, [...(groups.get(outcome) ?? []), path.basename(known.file)]);
  }
  for (const [outcome, names] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    console.log(`${String(names.length).padStart(4)}  ${outcome}: ${names.slice(0, 4).join(", ")}`);
  }
  const withPixels = files.filter(({ kind }) => kind !== "no pixels").length;
  console.log(`${files.length} files, ${withPixels} with pixels, ${groups.get("equal")?.length ?? 0} equal`);
  process.exit();
}

async function outcomeOf(known: Known, folder: string): Promise<string> {
  let pixels: Pixels;
  try {
    pixels = await decodeImage(known.file);
  } catch (error) {
    if (!(error instanceof BadImage)) throw error;
    const pydicom = known.kind === "unreadable" ? " (nor does pydicom read it)" : "";
    return `refused: ${error.reason.replace(/\d+ frames/, "N frames")}${pydicom}`;
  }
  const { values, shape = [] } = known;
  if (values === undefined) return "read here, and not by pydicom";
  const bytes = readFileSync(path.join(folder, values));
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const [height = 0, width = 0, channels = 1] = shape;
  if (height !== pixels.height || width !== pixels.width) return "of another size";
  let most = 0;
  for (let k = 0; k < theirs.length; k++) {
    const ours = pixels.channels === channels ? k : pixels.channels === 1 ? Math.floor(k / channels) : 3 * k;
    most = Math.max(most, Math.abs((theirs[k] ?? NaN) - (pixels.data[ours] ?? NaN)));
  }
  return most <= rounding ? "equal" : `different by up to ${Math.round(most)}`;
}
