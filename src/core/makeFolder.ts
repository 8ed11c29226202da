import { mkdir } from "node:fs/promises";
import { messageOf, UserError } from "./errors.js";

/**
 * Makes a folder and those above it, unless they are there.
 * @throws UserError with its path and the remedy
 */
export async function makeFolder(folder: string, remedy: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new UserError(`The folder ${folder} cannot be made: ${messageOf(cause)}`, remedy, { cause });
  }
}
