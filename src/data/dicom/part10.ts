import { type DataSetEncoding, dataSetEncoding, elementAt } from "./dataSetEncoding.js";
import { inflated } from "./inflated.js";
import { deflated, encodingSyntaxes, statedEncoding } from "./transferSyntax.js";
import { withKnownVrs } from "./withKnownVrs.js";

/** A file as PS3.10 describes it. */
export interface Part10 {
  /** With a preamble and a transfer syntax that says how the data set is written. */
  readonly bytes: Uint8Array;
  /** The transfer syntax of the pixels: what the file's own header says, where there is one. */
  readonly syntax: string;
}

/** Its header: where the data set begins, and what it says of it. */
interface Meta {
  readonly end: number;
  readonly syntax: string;
  /** Whether a preamble stands before it and its elements are explicit, as they must be. */
  readonly isStandard: boolean;
}

const magic = "DICM";
const preambleBytes = 128;
const transferSyntax = 0x00020010;
const endOfMetaTags = 0x00030000;

/**
 * A DICOM file as it ought to be: archives and scanners write files without preamble, without the elements of group 2
 * or their transfer syntax, and data sets that are written in another way than these say. All of that can be told by
 * the elements themselves, and pydicom reads it too. Deflated data sets are inflated. A file that is as it ought to be
 * is not copied.
 * @throws UnreadableImage for a deflated data set that cannot be inflated
 */
export function part10(bytes: Uint8Array): Part10 {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { end, syntax, isStandard } = metaOf(file);
  const found = dataSetEncoding(file, end);
  const isDeflated = syntax === deflated && found === undefined;
  const data = isDeflated ? inflated(file.subarray(end)) : file.subarray(end);
  const encoding = (isDeflated ? dataSetEncoding(data, 0) : found) ?? statedEncoding(syntax);
  const isSaid = isStandard && syntax !== "" && syntax !== deflated && statedEncoding(syntax) === encoding;
  const whole = isSaid ? file : Buffer.concat([headerOf(encoding), data]);
  return {
    bytes: encoding === "explicit" ? withKnownVrs(whole, whole.length - data.length) : whole,
    syntax: syntax === "" || isNative(syntax) ? encodingSyntaxes[encoding] : syntax,
  };
}

const isNative = (syntax: string): boolean =>
  syntax === deflated || Object.values<string>(encodingSyntaxes).includes(syntax);

/** The elements of group 2, which are never deflated (PS3.10, 7.1). */
function metaOf(file: Buffer): Meta {
  const hasMagic = (at: number): boolean => file.toString("latin1", at, at + magic.length) === magic;
  const start = hasMagic(preambleBytes) ? preambleBytes + magic.length : hasMagic(0) ? magic.length : 0;
  const encoding = dataSetEncoding(file, start) === "implicit" ? "implicit" : "explicit";
  let [end, syntax] = [start, ""];
  for (;;) {
    const element = elementAt(file, end, encoding);
    if (element === undefined || element.tag >= endOfMetaTags || element.tag < 0x20000) break;
    if (element.next > file.length) break;
    if (element.tag === transferSyntax) {
      syntax = file.toString("latin1", element.content, element.next).replace(/[\0\s]+$/, "");
    }
    end = element.next;
  }
  return {
    end,
    syntax,
    isStandard: start === preambleBytes + magic.length && (encoding === "explicit" || end === start),
  };
}

/** Preamble, magic word and the transfer syntax, in explicit little endian. */
function headerOf(encoding: DataSetEncoding): Buffer {
  const syntax = encodingSyntaxes[encoding];
  const uid = syntax.padEnd(syntax.length + (syntax.length % 2), "\0");
  const element = Buffer.concat([Buffer.of(2, 0, 0x10, 0), Buffer.from("UI"), Buffer.of(uid.length, 0)]);
  return Buffer.concat([Buffer.alloc(preambleBytes), Buffer.from(magic), element, Buffer.from(uid)]);
}
