import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { codeHash } from "../core/codeHash.js";
import { packageRoot } from "../core/environment.js";
import { messageOf, UserError } from "../core/errors.js";
import { libraryHash } from "../training/backup/libraryHash.js";
import { defaultProtocol, type Protocol, protocols } from "./protocols.js";
import type { StudyData } from "./study/StudyData.js";
import { studyTemplate } from "./study/studyNotebook.js";

/** A notebook that is none of the project's protocols. */
export interface OwnNotebook {
  /** Its path, absolute. */
  readonly file: string;
  /** SHA-256 of the file. */
  readonly hash: string;
}

/** Images that are not the lesson's, in a notebook that is written for them. */
export interface Study {
  /** The notebook's heading. */
  readonly title: string;
  readonly data: StudyData;
}

/** What a run executes: one of the three. */
export interface RunSource {
  readonly protocol?: Protocol;
  readonly study?: Study;
  readonly notebook?: OwnNotebook;
}

/**
 * A notebook of a person's own, by its path.
 * @throws UserError when the file cannot be read
 */
export function ownNotebook(file: string): OwnNotebook {
  const absolute = path.resolve(file);
  try {
    return { file: absolute, hash: hashOf(absolute) };
  } catch (cause) {
    throw new UserError(
      `The notebook ${absolute} cannot be read: ${messageOf(cause)}`,
      "Give the path of a Jupyter notebook (.ipynb).",
      { cause },
    );
  }
}

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** The path of the notebook, or of the one that a study's is made of. */
export const notebookFile = ({ protocol, study, notebook }: RunSource): string =>
  notebook?.file ??
  (study ? studyTemplate : path.join(packageRoot, "notebooks", protocols[protocol ?? defaultProtocol]));

/** The rooms whose code decides what a run computes and records, beside those of its fits. */
const rooms = ["interpretation", "runs", "xrays"];

/**
 * What tells the program that makes a run from another version: its code, and the notebook where that is the program's.
 * A person's own notebook has a hash of its own.
 */
export function runCode(source: RunSource): string {
  const code = `${libraryHash()}-${codeHash(rooms)}`;
  return source.notebook ? code : `${code}-${hashOf(notebookFile(source)).slice(0, 16)}`;
}
