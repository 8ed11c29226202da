import { inspect } from "node:util";
import type { ZodType } from "zod";
import { UserError } from "./errors.js";

/** What an error says beside what is wrong. */
export interface Origin {
  readonly file: string;
  /** What the file should be, such as "the numbers of a run". */
  readonly what: string;
  readonly remedy: string;
}

/**
 * A value that was read back, when the schema takes it.
 * @throws UserError with the file, the first field that is wrong, what was found there and what is right
 */
export function validated<T>(schema: ZodType<T>, value: unknown, { file, what, remedy }: Origin): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message } = { path: [], message: "" }] = parsed.error.issues;
  const found = path.reduce<unknown>(
    (part, key) => (part as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key],
    value,
  );
  const field = path.length === 0 ? "the whole" : fieldName(path);
  throw new UserError(`${file} holds not ${what}: ${field} is ${shown(found)}. ${message}`, remedy, {
    cause: parsed.error,
  });
}

/** As JavaScript would name it: `items[3].probs[0]`. */
const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name === "" ? String(key) : `${name}.${String(key)}`;
  }, "");

/** On one line, and not all of something long. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 4, maxStringLength: 60 });
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
