import { UserError } from "./errors.js";
import { shownValue } from "./shownValue.js";

/** What an argument is to be. */
export interface ArgumentKind {
  /** With its article, such as "a number". */
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
}

/** An argument as it was given, and what it is to be. */
export type Argument = readonly [value: unknown, kind: ArgumentKind];

const kind = (words: string, fits: ArgumentKind["fits"]): ArgumentKind => ({ words, fits });

export const aText = kind("a text", (value) => typeof value === "string");
/** An empty path would be the folder that the program was started in. */
export const aPath = kind("a path", (value) => typeof value === "string" && value.trim() !== "");
export const aNumber = kind("a number", (value) => typeof value === "number");
export const aFunction = kind("a function", (value) => typeof value === "function");
/** A list, an array or a typed one, of such values. */
export const listOf = (words: string, fits: ArgumentKind["fits"]): ArgumentKind =>
  kind(
    words,
    (value) =>
      (Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)) &&
      // Not `every`, which passes over holes.
      Array.from(value as ArrayLike<unknown>).every(fits),
  );
export const texts = listOf("a list of texts", aText.fits);
export const numbers = listOf("a list of numbers", aNumber.fits);
export const booleans = listOf("a list of true and false", (value) => typeof value === "boolean");

/**
 * An object with these fields: by its shape and not its class, since after an edit a notebook holds objects of two loads of
 * a file.
 */
export const having = (words: string, ...fields: readonly string[]): ArgumentKind =>
  kind(
    words,
    (value) => typeof value === "object" && value !== null && fields.every((name) => name in value),
  );

/**
 * An object whose fields are its own. Cells have an Object of their own, so that it is known by having no prototype in turn.
 */
export const aRecord = kind("an object", (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
});

/** The same, or undefined. */
export const optional = ({ words, fits }: ArgumentKind): ArgumentKind =>
  kind(words, (value) => value === undefined || fits(value));

/**
 * Checks what stands between a call's parentheses. The types say the same, but plain JavaScript has none.
 * @param call the right one, as a person writes it, such as "interp.plotTopLosses(learn, 9)" or "learn.data = otherData"
 * @param args by their names
 * @throws UserError naming the first that is of the wrong kind, its value, and the right call
 */
export function checkArguments(call: string, args: Readonly<Record<string, Argument>>): void {
  for (const [name, [value, { words, fits }]] of Object.entries(args)) {
    if (fits(value)) continue;
    const of = call.includes("(") ? `${call.slice(0, call.indexOf("("))}()` : call.split(" =")[0];
    const isPromise = typeof value === "object" && value !== null && "then" in value;
    throw new UserError(
      `${of} was given ${shownValue(value)} as ${name}.`,
      isPromise ? `Put \`await\` before it: it is only a promise of a value.` : `Give ${words}: ${call}.`,
    );
  }
}
