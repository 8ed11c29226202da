/** Where one array lies in a safetensors file. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order in which they lie in the file. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of an element; the arrays of a type that is not listed are not measured. */
const elementBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

/**
 * Reads the header of a safetensors file and checks it as the format asks: arrays that fill the rest of the file one
 * after the other, each as long as its shape says.
 * @param json the header's bytes
 * @param room bytes after the header
 * @throws Error saying what is wrong, to follow the file's name
 */
export function parseHeader(json: Uint8Array, room: number): SafetensorsHeader {
  const header = parseObject(json);
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new Error("has metadata that are no texts");
  }
  const entries = Object.entries(described).map(([name, entry]) => checkEntry(name, entry));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (end > room) throw new Error(`is cut short: ${name} should end at byte ${end} of ${room}`);
    if (begin !== at) throw new Error(`has ${name} at byte ${begin}, where ${at} is next`);
    at = end;
  }
  if (at !== room) throw new Error(`has ${room - at} bytes that belong to no array`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    throw new Error("is no safetensors file: its header is no JSON", { cause });
  }
  if (!isRecord(value)) throw new Error("is no safetensors file: its header is no object");
  return value;
}

function checkEntry(name: string, entry: unknown): HeaderEntry {
  if (!isRecord(entry)) throw new Error(`says nothing of ${name}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string") throw new Error(`has no type for ${name}`);
  if (!isCounts(shape)) throw new Error(`has no shape for ${name}: ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new Error(`has no place for ${name}: ${JSON.stringify(offsets)}`);
  }
  const [begin = 0, end = 0] = offsets;
  const bytes = Object.hasOwn(elementBytes, dtype) ? elementBytes[dtype] : undefined;
  const wanted = shape.reduce((product, side) => product * side, bytes ?? 0);
  if (end < begin || (bytes !== undefined && end - begin !== wanted)) {
    throw new Error(
      `has ${end - begin} bytes for ${name}, whose shape [${shape.join(", ")}] wants ${wanted}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whole numbers from 0 on. */
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
