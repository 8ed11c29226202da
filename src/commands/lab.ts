import path from "node:path";
import { startLab } from "../report/lab.js";
import { workingCopy, type WorkingCopyOptions } from "../report/workingCopy.js";
import { requirePackageNear } from "../report/requirePackageNear.js";
import { setUp } from "./setUp.js";

export interface LabCommandOptions extends Omit<WorkingCopyOptions, "notebook"> {
  /** Where JupyterLab listens. @default the first free one from 8888 on */
  readonly port?: number;
  /** Whether a browser is opened. @default true */
  readonly browser?: boolean;
}

/**
 * `xray lab`: JupyterLab with the project's kernel, and a notebook that the person may change.
 * @param notebook a lesson's name, or the path of a notebook; default: the article's lesson
 */
export async function lab(
  notebook: string | undefined,
  { port, browser, ...where }: LabCommandOptions,
): Promise<void> {
  // What cannot be is told before anything is installed.
  const { file, lesson, isKept, isOutdated, kernel } = await workingCopy({ ...where, notebook });
  if (kernel === "deno") requirePackageNear(path.dirname(file));
  await setUp({ kernel });
  const shown = path.relative(process.cwd(), file);
  if (lesson === undefined) console.error(`lab: ${shown}`);
  else {
    console.error(
      `lab: ${shown}, your ${isKept ? "" : "new "}copy of the lesson ${lesson}: change it as you like`,
    );
  }
  if (isOutdated) {
    console.error(
      "lab: the lesson has changed since this copy was made; another --name makes a copy of the new one",
    );
  }
  await startLab({ open: file, port, browser });
}
