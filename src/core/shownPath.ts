import path from "node:path";
import { projectRoot } from "./environment.js";

/** A path as a person is told it: from the project's folder, where it lies in there. */
export function shownPath(file: string): string {
  const relative = path.relative(projectRoot, file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}
