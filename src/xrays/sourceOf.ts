import type { DataSource } from "./DataSource.js";
import { isPhantomSet } from "./isPhantomSet.js";
import { areKermany } from "./kermanyListing.js";

/** Whose images these are, as far as the folder and the files' names tell. */
export function sourceOf(
  folder: string,
  files: readonly { readonly path: string; readonly class: string }[],
): DataSource {
  if (isPhantomSet(folder)) return "phantom";
  return areKermany(files) ? "kermany" : "other";
}
