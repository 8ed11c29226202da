import type { DataSet } from "dicom-parser";
import { messageOf } from "../../core/errors.js";
import { tooManyPixels } from "../images/decodeLimits.js";
import { pixelCoding } from "./transferSyntax.js";
import { UnreadableImage } from "../images/UnreadableImage.js";
import { part10 } from "./part10.js";
import { pixelData } from "./pixelData.js";
import { windowOf } from "./windowOf.js";
import { numberOf } from "./numbersOf.js";
import { lutOf } from "./lutOf.js";
import type { DicomImage } from "./DicomImage.js";
import { paletteOf } from "./palette.js";
import { firstItem } from "./elements.js";
import { isSubsampled } from "./ybr.js";

/**
 * Reads the attributes by which an image is shown (PS3.3, C.7.6.3, C.11.1 and C.11.2) and its pixels.
 * @throws UnreadableImage
 */
export async function readDicom(bytes: Uint8Array): Promise<DicomImage> {
  const file = part10(bytes);
  const dataSet = await parse(file.bytes);
  const coding = pixelCoding(file.syntax);
  const element = dataSet.elements.x7fe00010;
  if (element === undefined || element.length === 0) throw withoutPixels(dataSet);
  const frames = numberOf(dataSet, "x00280008", "number of frames") ?? 1;
  if (frames > 1) {
    const reason = `holds ${frames} frames; export the one to use as a file of its own`;
    throw new UnreadableImage(reason, "unsupported");
  }
  const samples = dataSet.uint16("x00280002") ?? 1;
  const bitsAllocated = dataSet.uint16("x00280100");
  const bitsStored = dataSet.uint16("x00280101") ?? bitsAllocated ?? 0;
  const highBit = dataSet.uint16("x00280102") ?? bitsStored - 1;
  const [rows, columns] = [dataSet.uint16("x00280010") ?? 0, dataSet.uint16("x00280011") ?? 0];
  const signed = dataSet.uint16("x00280103") === 1;
  const photometric = (dataSet.string("x00280004") ?? "").trim().toUpperCase();
  if (rows === 0 || columns === 0) throw new UnreadableImage("does not say its rows and columns");
  const tooMany = tooManyPixels(columns, rows);
  if (tooMany !== undefined) throw new UnreadableImage(tooMany, "tooLarge");
  if (samples !== 1 && samples !== 3) throw new UnreadableImage(`has ${samples} samples a pixel`);
  if (bitsAllocated !== 8 && bitsAllocated !== 16) throw otherBits(bitsAllocated);
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    throw new UnreadableImage(
      `stores ${bitsStored} bits up to bit ${highBit} in ${bitsAllocated}: a contradiction`,
    );
  }
  const rescaling = (tag: string, name: string): number | undefined =>
    firstFound(dataSet, "x00289145", (place) => numberOf(place, tag, name));
  const slope = rescaling("x00281053", "rescale slope") ?? 1;
  const intercept = rescaling("x00281052", "rescale intercept") ?? 0;
  if (slope === 0) throw new UnreadableImage("has a rescale slope of 0, which makes all pixels equal");
  const modalityLut = lutOf(dataSet, "x00283000", signed);
  const negative = modalityLut === undefined && (signed || intercept < 0 || slope < 0);
  const samplesStored = rows * columns * (isSubsampled(photometric, samples) ? 2 : samples);
  return {
    rows,
    columns,
    samples,
    photometric: /^[A-Z0-9_ ]{1,16}$/.test(photometric) ? photometric : "",
    planar: dataSet.uint16("x00280006") === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    overlayBits: overlayBitsOf(dataSet),
    signed,
    slope,
    intercept,
    modalityLut,
    palette: photometric === "PALETTE COLOR" ? paletteOf(dataSet, signed) : undefined,
    voiLut: firstFound(dataSet, "x00289132", (place) => lutOf(place, "x00283010", negative)),
    window: firstFound(dataSet, "x00289132", windowOf),
    padding: paddingOf(dataSet, signed),
    ...pixelData(dataSet, element, coding, samplesStored * (bitsAllocated / 8)),
  };
}

/** Why there are no pixels: most such files are no images. */
function withoutPixels(dataSet: DataSet): UnreadableImage {
  if (dataSet.elements.x7fe00008 !== undefined || dataSet.elements.x7fe00009 !== undefined) {
    return new UnreadableImage(
      "holds its pixels as floating-point numbers, which are not read",
      "unsupported",
    );
  }
  if (dataSet.elements.x00041220 !== undefined) {
    return new UnreadableImage("is the index of a disc (DICOMDIR), and no image");
  }
  // Nothing but a code is repeated.
  const modality = /^[A-Z]{2,16}$/.exec((dataSet.string("x00080060") ?? "").trim())?.[0];
  return new UnreadableImage(
    `holds no pixel data${modality === undefined ? "" : ` (its modality is ${modality})`}`,
  );
}

function otherBits(bits: number | undefined): UnreadableImage {
  if (bits === undefined) return new UnreadableImage("does not say how many bits it allocates for a sample");
  const such = bits === 1 ? "1 bit for a sample, as masks have" : `${bits} bits for a sample`;
  return new UnreadableImage(`allocates ${such}, which is not read; 8 and 16 are`, "unsupported");
}

async function parse(whole: Uint8Array): Promise<DataSet> {
  // Loaded with the first DICOM file.
  const { default: parser } = await import("dicom-parser");
  // It would fail at the start of a deflated data set, or inflate it without a bound.
  const inflater = (): never => {
    throw new UnreadableImage("has a header that is damaged");
  };
  // Without a representation, fragments would be taken for a sequence.
  const vrCallback = (tag: string): string | undefined => (tag === "x7fe00010" ? "OB" : undefined);
  const options = { inflater, vrCallback };
  try {
    return parser.parseDicom(whole, options);
  } catch (error) {
    // What it throws is mostly no Error, and holds what it has read so far.
    const thrown = error as { readonly exception?: unknown; readonly dataSet?: DataSet };
    const pixels = thrown.dataSet?.elements.x7fe00010;
    const end = pixels === undefined ? whole.length : pixels.dataOffset + pixels.length;
    if (end < whole.length) {
      // The pixels are whole, and what stands behind them is no element: other bytes, or a second file.
      return parser.parseDicom(whole.subarray(0, end), options);
    }
    const inner = thrown.exception ?? error;
    if (inner instanceof UnreadableImage) throw inner;
    const reason = messageOf(inner);
    const cut = /past end|beyond|outside|buffer|length/i.test(reason);
    throw new UnreadableImage(cut ? "is cut short (truncated)" : "is no DICOM file that can be read");
  }
}

/**
 * What is read of the first of these places that has it: in an enhanced image (PS3.3, C.7.6.16) the frame's own functional
 * group and the one that all frames share; in others, and in some of these too, beside the pixels.
 */
function firstFound<T>(
  dataSet: DataSet,
  group: string,
  read: (place: DataSet) => T | undefined,
): T | undefined {
  for (const groups of ["x52009230", "x52009229"]) {
    const place = firstItem(firstItem(dataSet, groups), group);
    const found = place && read(place);
    if (found !== undefined) return found;
  }
  return read(dataSet);
}

/** Overlays in the pixels' own unused bits have a place, and no data of their own (PS3.3 of 2004, C.9.2). */
function overlayBitsOf(dataSet: DataSet): number {
  let bits = 0;
  for (let group = 0x6000; group < 0x6020; group += 2) {
    const [place, data] = ["0102", "3000"].map((element) => `x${group.toString(16)}${element}`);
    const bit = place === undefined ? undefined : dataSet.uint16(place);
    const hasData = data !== undefined && dataSet.elements[data] !== undefined;
    if (bit !== undefined && bit < 16 && !hasData) bits |= 2 ** bit;
  }
  return bits;
}

function paddingOf(dataSet: DataSet, signed: boolean): readonly [number, number] | undefined {
  const read = (tag: string): number | undefined => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read("x00280120");
  if (value === undefined) return undefined;
  const limit = read("x00280121") ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}
