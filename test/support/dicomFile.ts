/** The transfer syntaxes by what they are called here. */
export const syntaxes = {
  implicit: "1.2.840.10008.1.2",
  explicit: "1.2.840.10008.1.2.1",
  deflated: "1.2.840.10008.1.2.1.99",
  bigEndian: "1.2.840.10008.1.2.2",
  jpeg: "1.2.840.10008.1.2.4.50",
  jpegLossless: "1.2.840.10008.1.2.4.57",
  jpegLosslessFirst: "1.2.840.10008.1.2.4.70",
  jpegLs: "1.2.840.10008.1.2.4.80",
  jpeg2000: "1.2.840.10008.1.2.4.90",
  jpeg2000Lossy: "1.2.840.10008.1.2.4.91",
  rle: "1.2.840.10008.1.2.5",
} as const;

/** An element's representation and value: numbers of 16 bits, a text, bytes, the items of a sequence. */
export type Value =
  | readonly ["US" | "SS", ...number[]]
  | readonly ["CS" | "DS" | "IS" | "PN" | "UI", string]
  | readonly ["OB" | "OW", Uint8Array]
  | readonly ["SQ", readonly Elements[]];

/** Elements by their tag in hexadecimal, such as "00280010". */
export type Elements = Readonly<Record<string, Value>>;

const longForms = new Set(["OB", "OW", "SQ"]);

/**
 * A DICOM file as PS3.10 describes it.
 * @param elements all but the transfer syntax; sorted here
 * @param fragments the pixels of a compressed image, in place of an element
 */
export function dicomFile(syntax: string, elements: Elements, fragments?: readonly Uint8Array[]): Buffer {
  const implicit = syntax === syntaxes.implicit;
  const big = syntax === syntaxes.bigEndian;
  const dataSet = Buffer.concat([encoded(elements, implicit, big), ...(fragments ? frame(fragments) : [])]);
  const meta = encoded({ "00020010": ["UI", syntax] }, false, false);
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), meta, dataSet]);
}

/** The attributes of an image of 16 bits, for a test to change. */
export function attributes(rows: number, columns: number, changed: Elements = {}): Elements {
  return {
    "00100010": ["PN", "Secret^Patient"],
    "00280002": ["US", 1],
    "00280004": ["CS", "MONOCHROME2"],
    "00280010": ["US", rows],
    "00280011": ["US", columns],
    "00280100": ["US", 16],
    "00280101": ["US", 16],
    "00280102": ["US", 15],
    "00280103": ["US", 0],
    ...changed,
  };
}

/** The attributes of 8 bits, of one sample or three. */
export const eightBits = (samples: 1 | 3, photometric: string, planar = 0): Elements => ({
  "00280002": ["US", samples],
  "00280004": ["CS", photometric],
  ...(samples === 3 ? { "00280006": ["US", planar] as const } : {}),
  "00280100": ["US", 8],
  "00280101": ["US", 8],
  "00280102": ["US", 7],
});

/** The bytes of numbers of 16 bits. */
export const bytesOf = (values: Uint16Array | Int16Array): Buffer => Buffer.from(values.buffer);

function encoded(elements: Elements, implicit: boolean, big: boolean): Buffer {
  const parts = Object.entries(elements)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, value]) => {
      const content = contentOf(value, implicit, big);
      const numbers = [parseInt(tag.slice(0, 4), 16), parseInt(tag.slice(4), 16)];
      const vr = value[0];
      const length =
        implicit || longForms.has(vr) ? uint32(content.length, big) : uint16([content.length], big);
      const kind = implicit ? "" : longForms.has(vr) ? `${vr}\0\0` : vr;
      return Buffer.concat([uint16(numbers, big), Buffer.from(kind), length, content]);
    });
  return Buffer.concat(parts);
}

function contentOf(value: Value, implicit: boolean, big: boolean): Buffer {
  switch (value[0]) {
    case "US":
    case "SS": {
      const [, ...numbers] = value;
      return uint16(numbers, big);
    }
    case "OB":
      return padded(Buffer.from(value[1]), 0);
    case "OW":
      return big ? Buffer.from(value[1]).swap16() : Buffer.from(value[1]);
    case "SQ":
      return Buffer.concat(
        value[1].map((item) => {
          const content = encoded(item, implicit, big);
          return Buffer.concat([uint16([0xfffe, 0xe000], big), uint32(content.length, big), content]);
        }),
      );
    case "CS":
    case "DS":
    case "IS":
    case "PN":
    case "UI":
      return padded(Buffer.from(value[1]), value[0] === "UI" ? 0 : 32);
  }
}

/** Pixel data of undefined length: an empty table of offsets, then the fragments of one frame. */
function frame(fragments: readonly Uint8Array[]): Buffer[] {
  const item = (content: Uint8Array): Buffer =>
    Buffer.concat([uint16([0xfffe, 0xe000], false), uint32(content.length, false), content]);
  return [
    uint16([0x7fe0, 0x0010], false),
    Buffer.from("OB\0\0"),
    uint32(0xffffffff, false),
    item(new Uint8Array()),
    ...fragments.map((content) => item(padded(Buffer.from(content), 0))),
    uint16([0xfffe, 0xe0dd], false),
    uint32(0, false),
  ];
}

const padded = (content: Buffer, filler: number): Buffer =>
  content.length % 2 === 0 ? content : Buffer.concat([content, Uint8Array.of(filler)]);

function uint16(values: readonly number[], big: boolean): Buffer {
  const out = Buffer.alloc(2 * values.length);
  for (const [k, value] of values.entries()) {
    if (big) out.writeUInt16BE(value & 0xffff, 2 * k);
    else out.writeUInt16LE(value & 0xffff, 2 * k);
  }
  return out;
}

function uint32(value: number, big: boolean): Buffer {
  const out = Buffer.alloc(4);
  if (big) out.writeUInt32BE(value);
  else out.writeUInt32LE(value);
  return out;
}
