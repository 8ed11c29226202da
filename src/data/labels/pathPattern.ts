import path from "node:path";
import { types } from "node:util";

/** Whether a value is a regular expression, of this realm or of a notebook's. */
export const isPattern = (value: unknown): value is RegExp => types.isRegExp(value);

/** The same pattern for searches that all begin at the start: with the flag g or y one would begin where the last one ended. */
export const searchable = ({ source, flags }: Pick<RegExp, "source" | "flags">): RegExp =>
  new RegExp(source, flags.replace(/[gy]/g, ""));

/** How many groups a pattern has: with an empty alternative it matches anything, and the match has a place for each. */
export const groupsOf = ({ source, flags }: RegExp): number =>
  (new RegExp(`${source}|`, flags).exec("")?.length ?? 1) - 1;

/** What the first group finds in a path, with "/" between its parts; undefined where the pattern does not match. */
export const firstGroup = (pattern: RegExp, file: string): string | undefined =>
  pattern.exec(file.split(path.sep).join("/"))?.[1];
