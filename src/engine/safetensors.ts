import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { messageOf, UserError } from "../core/errors.js";
import { bytesOf, writeFiles } from "../core/writeFiles.js";
import { floatsOf } from "./floatsOf.js";
import {
  checksumKey,
  checksumOf,
  sha256Of,
  signedHeader,
  splitMetadata,
  writerKey,
} from "./safetensorsChecksum.js";
import { parseHeader, type SafetensorsHeader } from "./safetensorsHeader.js";

/** A named array on its way to or from a file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: Float32Array;
}

export interface StoredTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** What `writeSafetensors` was given; in a file of others all that it says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors): 8 bytes of header length, a JSON header,
 * then the arrays. Arrays of floats are taken, as float32; integer counters that PyTorch adds are left out. A file that
 * `writeSafetensors` wrote is compared with its checksum; files of others have none.
 * @throws UserError naming the file when it is missing, cannot be read, is cut short, damaged or not a sound
 * safetensors file
 * @param sha256 the one of the whole file, where it is known from elsewhere
 */
export async function readSafetensors(file: string, sha256?: string): Promise<StoredTensors> {
  const broken = (what: string, cause?: unknown) =>
    new UserError(
      `${file} ${what}`,
      "Name a file that `learn.export` or `learn.save` wrote. A damaged one is to be made anew; pretrained weights, once it is deleted, by `npx xray setup`.",
      { cause },
    );
  const bytes = await readAll(file);
  const size = bytes.length;
  if (sha256 !== undefined && sha256 !== (await sha256Of(bytes))) {
    throw broken("was damaged, or changed after it was written: its SHA-256 is another one.");
  }
  if (size < 8) throw broken(`is no weight file: it has ${size} bytes.`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > size - 8) {
    throw broken(`is cut short or no safetensors file: its header alone should have ${headerLength} bytes.`);
  }
  const start = 8 + headerLength;
  let header: SafetensorsHeader;
  try {
    header = parseHeader(bytes.subarray(8, start), size - start);
  } catch (error) {
    throw broken(`${messageOf(error)}.`, error);
  }
  const { metadata, checksum } = splitMetadata(header.metadata);
  if (checksum !== undefined && checksum !== (await checksumOf([bytes], checksum))) {
    throw broken(
      "does not match its checksum: it was damaged, or changed after it was written. (Whoever changed it on purpose " +
        `takes ${checksumKey} and ${writerKey} out of its metadata.)`,
    );
  }
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    const values = floatsOf(dtype, bytes.subarray(start + begin, start + end));
    if (values) tensors.set(name, { name, shape, values });
  }
  return { tensors, metadata };
}

/**
 * Writes a safetensors file. The name appears only when everything is on the disk: a full disk or a stop on the
 * way leaves what was there before.
 * @throws UserError naming the file and the room it needs
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const entries: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    entries[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const arrays = tensors.map(({ values }) => bytesOf(values));
  const header = await signedHeader(
    (own) => headerBytes({ __metadata__: { ...own, ...metadata }, ...entries }),
    arrays,
  );
  await writeFiles([{ file, pieces: [header, ...arrays] }]);
}

/** A named array whose values are asked for when its turn comes. */
export type StreamedTensor = Pick<StoredTensor, "name" | "shape">;

/**
 * Writes a safetensors file whose arrays are never in memory together, without a checksum of its own.
 * @param values those of the tensors, in their order, in pieces of any length
 * @returns the file's SHA-256, for {@link readSafetensors}
 * @throws UserError naming the file, and what `values` throws
 */
export async function streamSafetensors(
  file: string,
  tensors: readonly StreamedTensor[],
  values: AsyncIterable<Float32Array>,
): Promise<string> {
  const entries: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + 4 * shape.reduce((product, n) => product * n, 1);
    entries[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const hash = createHash("sha256");
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const header = headerBytes(entries);
    hash.update(header);
    yield header;
    for await (const array of values) {
      hash.update(bytesOf(array));
      yield bytesOf(array);
    }
  }
  await writeFiles([{ file, pieces: pieces() }]);
  return hash.digest("hex");
}

/** The header behind its length. Spaces bring the arrays to a multiple of 8 bytes, so that they can be read in place. */
function headerBytes(header: Readonly<Record<string, unknown>>): Buffer {
  const json = JSON.stringify(header);
  const text = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

const readAtOnce = 1 << 22;

/** In one buffer; `readFile` refuses files over 2 GB. Another file that takes the name meanwhile changes nothing. */
async function readAll(file: string): Promise<Buffer> {
  const handle = await open(file).catch(unreadable(file));
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, readAtOnce));
      if (bytesRead === 0) throw new Error(`it ended after ${at} of ${size} bytes`);
      at += bytesRead;
    }
    return bytes;
  } catch (error) {
    return unreadable(file)(error);
  } finally {
    await handle.close();
  }
}

const unreadable =
  (file: string) =>
  (error: unknown): never => {
    throw new UserError(
      `${file} cannot be read: ${messageOf(error)}`,
      "Check the path: `learn.export` returns it. Pretrained weights come with `npx xray setup`.",
      { cause: error },
    );
  };
