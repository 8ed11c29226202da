import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "./environment.js";

/** The version of this package, as its `package.json` says it. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as { readonly version: string })
    .version;
