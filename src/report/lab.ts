import path from "node:path";
import { dataVariable } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { pythonProgram } from "./pythonProgram.js";

export interface LabOptions {
  /** What to open, relative to the project; default the article. */
  readonly open?: string;
  /** More arguments for JupyterLab, such as `--no-browser`. */
  readonly arguments?: readonly string[];
}

/**
 * Starts JupyterLab for this machine alone, with the TypeScript kernel, and returns when it has been stopped. A relative
 * `XRAY_DATA` is taken from where the command was given: kernels have another working directory.
 */
export async function startLab(options: LabOptions = {}): Promise<void> {
  const data = dataVariable();
  const { code, stopped } = await pythonProgram("lab.py", {
    request: {
      node: process.execPath,
      open: options.open ?? "notebooks/pneumonia.ipynb",
      env: data === undefined ? {} : { XRAY_DATA: path.resolve(data) },
      arguments: ["--ServerApp.answer_yes=True", ...(options.arguments ?? [])],
    },
  });
  if (code !== 0 && !stopped) throw new UserError("JupyterLab did not start.", "See its message above.");
}
