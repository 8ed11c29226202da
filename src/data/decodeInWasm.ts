/** The codecs in WebAssembly; each brings some hundred kB, and is loaded at the first image that needs it. */
const codecs = {
  jpeg: { module: "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs", decoder: "JPEGDecoder" },
  jpegLs: { module: "@cornerstonejs/codec-charls/decodewasmjs", decoder: "JpegLSDecoder" },
  jpeg2000: { module: "@cornerstonejs/codec-openjpeg/decodewasmjs", decoder: "J2KDecoder" },
} as const;

export type WasmCodec = keyof typeof codecs;

/** The part of a codec that is used here; its memory is its own, so what it returns must be copied. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
  /** @throws a number for a damaged file; JPEG 2000 leaves the decoded buffer empty in place of that */
  decode(): void;
}

type Load = (options: Readonly<Record<"print" | "printErr", () => void>>) => Promise<DecoderClasses>;
type DecoderClasses = Readonly<Record<string, new () => Decoder>>;

const decoders = new Map<WasmCodec, Promise<Decoder>>();

/** A decoded image, as large as it says itself. */
export interface WasmImage {
  /** Samples pixel by pixel, with more than 8 bits as two bytes, the lower first. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Samples a pixel. */
  readonly samples: number;
}

/**
 * Decodes one compressed image.
 * @returns undefined for a damaged image, also where only the end is missing
 */
export async function decodeInWasm(name: WasmCodec, bytes: Uint8Array): Promise<WasmImage | undefined> {
  const loaded = decoders.get(name) ?? load(name);
  decoders.set(name, loaded);
  const decoder = await loaded;
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const data = new Uint8Array(decoder.getDecodedBuffer());
    const { width, height, componentCount: samples } = decoder.getFrameInfo();
    if (data.length > 0) return { data, width, height, samples };
  } catch {
    // Told by the missing result.
  }
  // What it keeps of a failed file is unknown.
  decoders.delete(name);
  return undefined;
}

async function load(name: WasmCodec): Promise<Decoder> {
  const { module, decoder } = codecs[name];
  // Without type declarations of their own.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const codec = require(module) as Load;
  const silent = (): void => undefined;
  const Class = (await codec({ print: silent, printErr: silent }))[decoder];
  if (Class === undefined) throw new Error(`${module} has no ${decoder}.`);
  return new Class();
}
