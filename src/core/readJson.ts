import { readFile } from "node:fs/promises";
import type { ZodType } from "zod";
import { type CheckedFile, checkFields } from "./checkFields.js";
import { messageOf, UserError } from "./errors.js";

/**
 * Reads a JSON file that the schema takes.
 * @throws UserError with the file and the remedy when it is missing, cannot be read, is no JSON, or holds
 * something else
 */
export async function readJson<T>(schema: ZodType<T>, { file, remedy }: CheckedFile): Promise<T> {
  let value: unknown;
  try {
    // Some editors write a mark of the encoding before the text.
    value = JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const problem = isMissing ? "does not exist." : `cannot be read: ${messageOf(cause)}`;
    throw new UserError(`${file} ${problem}`, remedy, { cause });
  }
  return checkFields(schema, value, { file, remedy });
}
