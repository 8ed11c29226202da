import path from "node:path";
import { writeStudy } from "../report/writeStudy.js";

/** `xray new`: a folder with a notebook for images of one's own. */
export async function newStudy(folder: string): Promise<void> {
  const notebook = path.relative(process.cwd(), await writeStudy(folder));
  console.log(
    `${notebook}: put images into ${path.join(path.dirname(notebook), "images")}, a folder for each class, then\n` +
      `  npx xray lab ${inShell(notebook)}`,
  );
}

/** As a shell takes it for one word. */
const inShell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
