import type { StoredTensor } from "../../engine/safetensors.js";
import { readPickle, type Reduced } from "./readPickle.js";

const floats = "torch FloatStorage";

/** Bytes of an element: floats, and the counters of batch norms, which nobody needs. */
const bytesOf: Readonly<Partial<Record<string, number>>> = { [floats]: 4, "torch LongStorage": 8 };

/** What PyTorch's first file format begins with. */
const magic = 0x1950a86a20f9469cfc6cn;

/**
 * The float tensors of a state dict in PyTorch's first file format (before version 1.6): five pickles, of which the
 * fourth describes the tensors and the fifth names the storages, then each storage's length and bytes. Nothing in it
 * is executed, and anything but contiguous tensors by name is refused.
 * @throws Error saying what is not as it should be
 */
export function readTorchFile(bytes: Buffer): StoredTensor[] {
  let at = 0;
  const next = (): unknown => {
    const { value, end } = readPickle(bytes, at);
    at = end;
    return value;
  };
  if (next() !== magic) throw new Error("it is no file of PyTorch's first format");
  next(); // the format's version
  next(); // the sizes of C's types
  const state = next();
  const keys = next();
  if (!(state instanceof Map) || !Array.isArray(keys)) throw new Error("it holds no state dict");

  const storages = new Map<unknown, number>();
  for (const key of keys) {
    storages.set(key, at + 8);
    at += 8 + Number(bytes.readBigInt64LE(at)) * elementBytes(state, key);
  }
  if (at > bytes.length) throw new Error("it is cut short");
  return [...state].flatMap(([name, made]) => {
    const { type, key, offset, shape, strides } = tensorOf(made);
    if (type !== floats) return [];
    const start = storages.get(key);
    if (typeof name !== "string" || start === undefined || strides.join() !== contiguous(shape).join()) {
      throw new Error(`its tensor ${String(name)} is not contiguous or has no storage`);
    }
    const size = shape.reduce((product, n) => product * n, 1);
    const begin = start + 4 * offset;
    if (begin + 4 * size > bytes.length) throw new Error(`it ends inside ${name}`);
    const values = new Float32Array(Uint8Array.prototype.slice.call(bytes, begin, begin + 4 * size).buffer);
    return [{ name, shape, values }];
  });
}

interface TorchTensor {
  readonly type: string;
  readonly key: unknown;
  /** Elements from the storage's start. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What `torch._utils._rebuild_tensor_v2` would be called with. */
function tensorOf(made: unknown): TorchTensor {
  const { callable, args } = (made ?? {}) as Partial<Reduced>;
  if (callable !== "torch._utils _rebuild_tensor_v2" || !args) throw new Error("it holds more than tensors");
  const [storage, offset, shape, strides] = args as [{ persistent: unknown[] }, number, number[], number[]];
  const [, type, key] = storage.persistent;
  return { type: String(type), key, offset, shape, strides };
}

function elementBytes(state: ReadonlyMap<unknown, unknown>, key: unknown): number {
  for (const [name, made] of state) {
    const tensor = tensorOf(made);
    if (tensor.key !== key) continue;
    const bytes = bytesOf[tensor.type];
    if (bytes === undefined) throw new Error(`its tensor ${String(name)} is of ${tensor.type}`);
    return bytes;
  }
  throw new Error(`no tensor lies in its storage ${String(key)}`);
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
}
