import { readFile } from "node:fs/promises";
import { maxPixels } from "./decodeLimits.js";
import type { FrameHeader } from "./jpegSegments.js";

/** The codecs in WebAssembly; each brings some hundred kB, and is loaded at the first image that needs it. */
const codecs = {
  jpeg: { package: "@cornerstonejs/codec-libjpeg-turbo-8bit", decoder: "JPEGDecoder" },
  jpegLs: { package: "@cornerstonejs/codec-charls", decoder: "JpegLSDecoder" },
  jpeg2000: { package: "@cornerstonejs/codec-openjpeg", decoder: "J2KDecoder" },
} as const;

export type WasmCodec = keyof typeof codecs;

/** The part of a codec that is used here; its memory is its own, so what it returns must be copied. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
  /** @throws a number for a damaged file; JPEG 2000 leaves the decoded buffer as it was in place of that */
  decode(): void;
  delete(): void;
}

type Imports = WebAssembly.Imports;
type Factory = (options: {
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (imports: Imports, receive: (instance: WebAssembly.Instance) => void) => unknown;
}) => Promise<Readonly<Record<string, new () => Decoder>>>;

/** A codec with a memory of its own. */
interface Instance {
  readonly Class: new () => Decoder;
  /** Lines that say that an image is damaged. */
  errors: number;
}

const compiled = new Map<WasmCodec, Promise<{ factory: Factory; module: WebAssembly.Module }>>();

/** Instances that wait for their next image. */
const waiting = new Map<WasmCodec, Instance>();

/**
 * Decodes one compressed image with a decoder that has seen no other: in a memory of its own, which takes 3 ms, or,
 * for small images, in one where the images before it have been overwritten with zeros.
 * @param header what the image's own header says, read by the caller: a result of another size is none
 * @param small keeps the memory for the next image
 * @returns samples pixel by pixel, with more than 8 bits as two bytes, the lower first; undefined for a damaged
 * image, also where only the end is missing
 */
export async function decodeInWasm(
  name: WasmCodec,
  bytes: Uint8Array,
  header: FrameHeader,
  small = false,
): Promise<Uint8Array | undefined> {
  const instance = (small ? waiting.get(name) : undefined) ?? (await instantiate(name, header));
  // Whatever goes wrong from here on, no other image is decoded in this memory.
  waiting.delete(name);
  try {
    const decoder = new instance.Class();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const data = new Uint8Array(decoder.getDecodedBuffer());
    const { width, height, componentCount } = decoder.getFrameInfo();
    const length = header.width * header.height * header.samples * (header.precision > 8 ? 2 : 1);
    const isSame = width === header.width && height === header.height && componentCount === header.samples;
    if (instance.errors > 0 || !isSame || data.length !== length) return undefined;
    if (small) {
      decoder.getEncodedBuffer(bytes.length).fill(0);
      decoder.getDecodedBuffer().fill(0);
      decoder.delete();
      waiting.set(name, instance);
    }
    return data;
  } catch {
    return undefined;
  }
}

async function instantiate(name: WasmCodec, header: FrameHeader): Promise<Instance> {
  const loaded = compiled.get(name) ?? compile(name);
  compiled.set(name, loaded);
  const { factory, module } = await loaded;
  const { decoder } = codecs[name];
  let instance: Instance | undefined;
  const print = (line: string): void => {
    if (instance && line.startsWith("[ERROR]")) instance.errors++;
  };
  const classes = await factory({
    print,
    printErr: print,
    instantiateWasm: (imports, receive) => {
      const made = new WebAssembly.Instance(module, imports);
      limitMemory(made, memoryFor(header));
      receive(made);
      return made.exports;
    },
  });
  const Class = classes[decoder];
  if (Class === undefined) throw new Error(`${codecs[name].package} has no ${decoder}.`);
  return (instance = { Class, errors: 0 });
}

async function compile(name: WasmCodec): Promise<{ factory: Factory; module: WebAssembly.Module }> {
  const { package: from } = codecs[name];
  // Without type declarations of its own.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const factory = require(`${from}/decodewasmjs`) as Factory;
  return {
    factory,
    module: await WebAssembly.compile(await readFile(require.resolve(`${from}/decodewasm`))),
  };
}

/** The bytes that an image may take while it is decoded: JPEG 2000 works with 4 bytes a sample, several times. */
const memoryFor = ({ width, height, samples }: FrameHeader): number =>
  128 * 1024 ** 2 + 24 * Math.min(width * height, maxPixels) * Math.min(samples, 3);

/** A decoder that asks for more gets none, and gives up. */
function limitMemory({ exports }: WebAssembly.Instance, most: number): void {
  for (const memory of Object.values(exports)) {
    if (!(memory instanceof WebAssembly.Memory)) continue;
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * 65536 > most)
        throw new RangeError("The decoder takes too much memory.");
      return grow(pages);
    };
  }
}
