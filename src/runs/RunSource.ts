import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../core/environment.js";
import { messageOf, UserError } from "../core/errors.js";
import { type Protocol, protocols } from "./protocols.js";

/** A notebook that is none of the project's protocols. */
export interface OwnNotebook {
  /** Absolute. */
  readonly file: string;
  /** SHA-256 of the file. */
  readonly hash: string;
}

/** What a run executes. */
export interface RunSource {
  /** Undefined where the run is one of a notebook of the person's own. */
  readonly protocol?: Protocol;
  readonly notebook?: OwnNotebook;
}

/** @throws UserError when the file cannot be read */
export function ownNotebook(file: string): OwnNotebook {
  const absolute = path.resolve(file);
  try {
    return { file: absolute, hash: createHash("sha256").update(readFileSync(absolute)).digest("hex") };
  } catch (cause) {
    throw new UserError(
      `The notebook ${absolute} cannot be read: ${messageOf(cause)}`,
      "Give the path of a Jupyter notebook (.ipynb).",
      { cause },
    );
  }
}

/** The notebook's path. */
export const notebookFile = ({ protocol, notebook }: RunSource): string =>
  notebook?.file ?? path.join(projectRoot, "notebooks", protocols[protocol ?? "replica"]);
