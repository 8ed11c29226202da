import { existsSync } from "node:fs";
import path from "node:path";

/** The file that tells a drawn set from a real one. Written last: a set without it is not complete. */
export const phantomMarker = "phantom.json";

/** Whether a folder holds a set that `drawPhantomSet` has drawn. */
export const isPhantomSet = (folder: string): boolean => existsSync(path.join(folder, phantomMarker));
