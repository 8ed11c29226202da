/** Reads an array of floats, by the type that safetensors names; `undefined` for types that are no floats. */
export function floatsOf(dtype: string, bytes: Buffer): Float32Array | undefined {
  const read = Object.hasOwn(readers, dtype) ? readers[dtype] : undefined;
  return read?.(bytes);
}

const readers: Readonly<Record<string, (bytes: Buffer) => Float32Array>> = {
  F32: (bytes) => {
    if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return new Float32Array(copied(bytes));
  },
  F64: (bytes) => Float32Array.from(new Float64Array(copied(bytes))),
  // The upper half of a float32.
  BF16: (bytes) => {
    const bits = Uint32Array.from(new Uint16Array(copied(bytes)), (half) => half << 16);
    return new Float32Array(bits.buffer);
  },
  F16: (bytes) => Float32Array.from(new Uint16Array(copied(bytes)), (half) => halfFloats()[half] ?? NaN),
};

/** At an address that any type can be read from. */
const copied = (bytes: Buffer): ArrayBuffer => Uint8Array.prototype.slice.call(bytes).buffer;

let halves: Float32Array | undefined;

/** The value of each of the 65536 half floats: a sign, five bits of exponent, ten bits behind the point. */
function halfFloats(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024];
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
  });
  return halves;
}
