import { createHash } from "node:crypto";
import type { Callback } from "../callbacks/Callback.js";

/** As they were when a fit first had them: what callbacks count afterwards makes no other ones of them. */
const described = new WeakMap<Callback, unknown>();

/** What tells a callback from others: its class with its code, and what it was made with. */
export function describeCallback(callback: Callback): unknown {
  const known = described.get(callback);
  if (known !== undefined) return known;
  const { name } = callback.constructor;
  const made = callback.describe?.() ?? plainFields(callback);
  const description = {
    callback: name === "Object" ? "a callback" : name,
    code: hashOf(codeOf(callback)),
    made,
  };
  described.set(callback, description);
  return description;
}

/** SHA-256 of a text, shortened to 64 bits: enough to tell what differs, not to defend against anybody. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The source text of a callback: its class, or the methods of a plain object. */
function codeOf(callback: Callback): string {
  const own = Object.values<unknown>({ ...callback }).filter((field) => typeof field === "function");
  return [callback.constructor, ...own].map(String).join("\n");
}

/** An object's fields that are numbers, texts and the like, also in lists and in the objects among the fields. */
export function plainFields(object: object, depth = 0): unknown {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object as Readonly<Record<string, unknown>>)) {
    if (isPlain(value)) plain[name] = value;
    else if (depth === 0 && typeof value === "object" && value !== null) plain[name] = plainFields(value, 1);
  }
  return plain;
}

const isPlain = (value: unknown): boolean =>
  ["number", "string", "boolean"].includes(typeof value) || (Array.isArray(value) && value.every(isPlain));
