import { types } from "node:util";
import { aRecord } from "./checkArguments.js";
import { UserError } from "./errors.js";
import { nearestName } from "./nearestName.js";
import { shownValue } from "./shownValue.js";

/** What kind of value an option takes. */
export type OptionKind = "number" | "boolean" | "text" | "list" | "function" | "pattern" | "object" | "any";

/** Every option of a type, with what it takes; the compiler sees to it that none is forgotten. */
export type OptionKinds<Options> = {
  readonly [Name in keyof Required<Options>]: OptionKind | readonly OptionKind[];
};

/**
 * Checks the names of options and the kinds of their values. The types say the same, but plain JavaScript has none, and an
 * option that is not known would be left out in silence.
 * @param of what takes them, as it is written, such as "fitOneCycle()"
 * @throws UserError naming the first option that is not known, and the nearest one that is; or the value of the wrong kind
 */
export function checkOptions<Options extends object>(
  of: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  const known = Object.keys(kinds);
  // Those of a class or of a prototype would be half taken.
  if (!aRecord.fits(options)) {
    throw new UserError(
      `${of} was given ${shownValue(options)} where its options belong.`,
      `Give them by their names, such as { ${known[0] ?? ""}: ... }. ${listed(of, known)}`,
    );
  }
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(kinds, name)) throw unknownOption(of, name, known);
    const asked = [kinds[name as keyof Options]].flat() as readonly OptionKind[];
    if (value !== undefined && !asked.includes("any") && !asked.some((kind) => kind === kindOf(value))) {
      throw new UserError(`${name} is ${shownValue(value)}.`, remedyFor(name, value, asked));
    }
  }
}

function unknownOption(of: string, name: string, known: readonly string[]): UserError {
  const nearest = nearestName(name, known);
  const meant = nearest === undefined ? "" : `Did you mean ${nearest}? `;
  return new UserError(`${of} has no option ${JSON.stringify(name)}.`, `${meant}${listed(of, known)}`);
}

const listed = (of: string, known: readonly string[]): string =>
  known.length === 0 ? `${of} takes none.` : `The options are: ${known.join(", ")}.`;

function kindOf(value: unknown): OptionKind | "null" {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return "text";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "list";
  if (types.isRegExp(value)) return "pattern";
  const kind = typeof value;
  return kind === "number" || kind === "boolean" || kind === "function" ? kind : "object";
}

const inWords: Readonly<Record<OptionKind, string>> = {
  number: "a number",
  boolean: "true or false",
  text: "a text",
  list: "a list",
  function: "a function",
  pattern: "a regular expression",
  object: "an object",
  any: "a value",
};

function remedyFor(name: string, value: unknown, asked: readonly OptionKind[]): string {
  if (value === null) return `Leave ${name} out for its default.`;
  // A single one, where several could be.
  if (asked.length === 1 && asked[0] === "list") {
    return `Give a list, such as ${name}: [${typeof value === "function" && value.name !== "" ? value.name : "..."}].`;
  }
  return `Give ${asked.map((kind) => inWords[kind]).join(" or ")}.`;
}
