import { readFile } from "node:fs/promises";
import type { ZodType } from "zod";
import { messageOf, UserError } from "./errors.js";
import { type Origin, validated } from "./validated.js";

/**
 * Reads a JSON file that the schema takes.
 * @throws UserError with the file and the remedy when it is missing, cannot be read, is no JSON, or holds
 * something else
 */
export async function readJson<T>(schema: ZodType<T>, origin: Origin): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(origin.file, "utf8"));
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const problem = isMissing ? "does not exist." : `cannot be read: ${messageOf(cause)}`;
    throw new UserError(`${origin.file} ${problem}`, origin.remedy, { cause });
  }
  return validated(schema, value, origin);
}
