import { bytesOf } from "./writeFiles.js";

/**
 * JSON that gives back every number as it was: also those that JSON has no word for (NaN, infinities and -0), and
 * `Float32Array` and `Int32Array`. An object's field that is undefined is left out.
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
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, encoded(field)]));
}

function decoded(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(mark in value)) return value;
  const { exact, base64 } = value as { readonly exact: unknown; readonly base64?: unknown };
  if (typeof exact !== "string") return value;
  if (typeof base64 !== "string") return Number(exact);
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new arrays[exact as keyof typeof arrays](bytes.buffer);
}
