import { aText } from "./checkArguments.js";
import { shownValue } from "./shownValue.js";
import { UserError } from "./errors.js";

/**
 * The name of a file in a folder that is given elsewhere, with its ending.
 * @throws UserError when a file cannot be called so: the name is empty, or leads out of the folder
 */
export function fileNamed(name: string, ending: string): string {
  if (!aText.fits(name))
    throw new UserError(`The file's name is ${shownValue(name)}.`, 'Give a text, such as "stage-1".');
  if (isPlainName(name)) return withEnding(name.normalize(), ending);
  throw new UserError(
    `A file cannot be called ${JSON.stringify(name)}.`,
    "Use letters, digits, dots, dashes and underscores.",
  );
}

/** Letters of any script, digits, dots, dashes and underscores: they need no quotes, and lead nowhere else. */
const plainName = /^[\p{L}\p{M}\p{N}_.-]+$/u;

/** Whether a file or folder can be called so: by letters, digits, dots, dashes and underscores, and not by dots alone. */
export const isPlainName = (name: string): boolean => plainName.test(name) && !/^\.+$/.test(name);

/** The same text with a dash for all that such a name cannot have. */
export const asPlainName = (text: string): string =>
  text.normalize().replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-");

/** The file's name with its ending, which is put behind it only where it is not there: "log" and "log.csv" are one file. */
export function withEnding(name: string, ending: string): string {
  return hasEnding(name, ending) ? name : name + ending;
}

/** The name without that ending. */
export function withoutEnding(name: string, ending: string): string {
  return hasEnding(name, ending) ? name.slice(0, -ending.length) : name;
}

const hasEnding = (name: string, ending: string): boolean =>
  name.length > ending.length && name.toLowerCase().endsWith(ending);
