import { createHash } from "node:crypto";
import { messageOf, UserError } from "../../core/errors.js";
import { toExactJson } from "../../core/exactJson.js";
import type { Callback } from "../callbacks/Callback.js";

/** As they were when a fit first had them: what callbacks count afterwards makes no other ones of them. */
const described = new WeakMap<Callback, unknown>();

/** What tells a callback from others: its class with its code, and what it was made with. */
export function describeCallback(callback: Callback): unknown {
  const known = described.get(callback);
  if (known !== undefined) return known;
  const made = callback.describe?.() ?? plainFields(callback);
  try {
    toExactJson(made);
  } catch (error) {
    throw new UserError(
      `What \`describe\` of ${nameOf(callback)} gives cannot be kept: ${messageOf(error)}.`,
      "Let it return numbers, texts, truth values, and lists and objects of them.",
      { cause: error },
    );
  }
  const description = {
    callback: nameOf(callback),
    code: codeOf(callback),
    made,
  };
  described.set(callback, description);
  return description;
}

/** The name of a callback's class. */
export function nameOf({ constructor: { name } }: Callback): string {
  return name === "Object" || name === "" ? "a callback" : name;
}

/** SHA-256 of a text, shortened to 64 bits: enough to tell what differs, not to defend against anybody. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** What tells the code of an object from another one's: that of its class, and of the functions among its fields. */
export const codeOf = (object: object): string =>
  hashOf([object.constructor, ...ownFunctions(object)].map(String).join("\n"));

/**
 * Whether two callbacks may be described alike and be different: a function among its fields may use variables of the
 * place where it was written, which nobody can look into.
 */
export const isOpaque = (callback: Callback): boolean =>
  callback.describe === undefined && ownFunctions(callback).length > 0;

const ownFunctions = (object: object): unknown[] =>
  Object.values<unknown>({ ...object }).filter((field) => typeof field === "function");

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
