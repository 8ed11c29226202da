import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./environment.js";

/** What is used of this package's `package.json`. */
interface OwnPackage {
  readonly version: string;
  readonly optionalDependencies: { readonly "@tensorflow/tfjs-node-gpu": string };
}

export const ownPackage = (): OwnPackage =>
  JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as OwnPackage;
