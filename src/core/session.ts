import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { runDirVariable, sessionVariable } from "./environment.js";
import { readJson } from "./readJson.js";
import { runDirectory } from "./runDirectory.js";
import { writeFiles } from "./writeFiles.js";

const fileName = "session.json";
const schema = z.object({ notebook: z.string() });

/** Notes in the folder of a person's session which notebook it is of, where that lies elsewhere: reports are made of it. */
export async function noteSession(): Promise<void> {
  const notebook = sessionVariable();
  const folder = runDirectory();
  if (notebook === undefined || runDirVariable() !== undefined) return;
  if (path.dirname(notebook) === folder || !existsSync(folder)) return;
  const text = `${JSON.stringify({ notebook }, undefined, 2)}\n`;
  await writeFiles([{ file: path.join(folder, fileName), pieces: [Buffer.from(text)] }]);
}

/** The notebook of the session that the folder is of, where that says it and the notebook is there. */
export async function notebookOfSession(folder: string): Promise<string | undefined> {
  const file = path.join(folder, fileName);
  if (!existsSync(file)) return undefined;
  const { notebook } = await readJson(schema, { file, remedy: "Delete the file." });
  return existsSync(notebook) ? notebook : undefined;
}
