import { bytesOf } from "./writeFiles.js";

/**
 * JSON that gives back every number as it was: also those that JSON has no word for (NaN, infinities and -0), and
 * `Float32Array` and `Int32Array`. An object's field that is undefined or a function is left out.
 * @throws TypeError for other things that would not come back as they were, such as a Map or a Date
 */
export function toExactJson(value: unknown): string {
  return JSON.stringify(encoded(value));
}

/** @throws SyntaxError when the text is no JSON */
export function fromExactJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => decoded(value));
}

const mark = "exact";
const arrays = { Float32Array, Int32Array };

function encoded(value: unknown): unknown {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { [mark]: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Float32Array || value instanceof Int32Array) {
    return { [mark]: value.constructor.name, base64: Buffer.from(bytesOf(value)).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value === "bigint") refuse(typeof value);
  if (typeof value !== "object" || value === null) return value;
  // By its tag: a notebook's cells may have an Object of their own.
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (kind !== "Object") refuse(kind);
  const fields = Object.entries(value).map(([name, field]) => [name, encoded(field)] as const);
  return mark in value ? { [mark]: "Object", fields } : Object.fromEntries(fields);
}

function refuse(kind: string): never {
  throw new TypeError(`a ${kind} is no plain data`);
}

function decoded(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(mark in value)) return value;
  const { exact, base64, fields } = value as Readonly<Record<string, unknown>>;
  if (typeof exact !== "string") return value;
  if (Array.isArray(fields)) return Object.fromEntries(fields as (readonly [string, unknown])[]);
  if (typeof base64 !== "string") return Number(exact);
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new arrays[exact as keyof typeof arrays](bytes.buffer);
}
