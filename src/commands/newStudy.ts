import path from "node:path";
import { projectRoot, runsDir } from "../core/environment.js";
import { writeStudy } from "../report/writeStudy.js";

/** `xray new`: a folder with a notebook for images of one's own. */
export async function newStudy(folder: string): Promise<void> {
  const file = await writeStudy(folder);
  const notebook = path.relative(process.cwd(), file);
  console.log(
    `${notebook}: put images into ${path.join(path.dirname(notebook), "images")}, a folder for each class, then\n` +
      `  npx xray lab ${inShell(notebook)}`,
  );
  if (path.relative(projectRoot, file).startsWith("..")) {
    console.log(
      `The study lies outside of ${projectRoot}: the xray commands are to be started in there, and its runs go to ${runsDir}.`,
    );
  }
}

/** As a shell takes it for one word. */
const inShell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
