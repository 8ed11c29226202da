import type { z } from "zod";
import { UserError } from "./errors.js";

/** Whose fields are checked, for the error. */
export interface CheckedFile {
  /** Its path. */
  readonly file: string;
  /** What to do about a file that is not as it should be. */
  readonly remedy: string;
}

/**
 * What was read from a file, when it is as its schema says.
 * @throws UserError naming the file, the first field that is wrong, its value, what is expected, and the remedy
 */
export function checkFields<T>(schema: z.ZodType<T>, value: unknown, { file, remedy }: CheckedFile): T {
  const { success, data, error } = schema.safeParse(value, { reportInput: true });
  if (success) return data;
  const { path = [], message = "", input } = error.issues[0] ?? {};
  const field = path.map((part, i) =>
    typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`,
  );
  const what = field.length > 0 ? `${field.join("")} is` : "it holds";
  throw new UserError(`${file} is broken: ${what} ${shortened(input)} (${message}).`, remedy, {
    cause: error,
  });
}

/** A value as a person can read it: a damaged file may hold megabytes. */
function shortened(value: unknown): string {
  if (value === undefined) return "missing";
  // Functions and symbols, which have no JSON, are in no file.
  const json = JSON.stringify(value) as string | undefined;
  const text = json ?? typeof value;
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
