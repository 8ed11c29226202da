import path from "node:path";
import { dataVariable, projectRoot } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { pythonProgram } from "./pythonProgram.js";

export interface LabOptions {
  /** The notebook to open. */
  readonly open: string;
  /** Where it listens. @default the first free one from 8888 on */
  readonly port?: number;
  /** Whether a browser is opened. @default true */
  readonly browser?: boolean;
  /** More arguments for JupyterLab. */
  readonly arguments?: readonly string[];
}

/**
 * Starts JupyterLab for this machine alone, with the TypeScript kernel, and returns when it has been stopped. A relative
 * `XRAY_DATA` is taken from where the command was given: kernels have another working directory.
 * @throws UserError when it does not start, such as where the port is taken
 */
export async function startLab({ open, port, browser = true, ...options }: LabOptions): Promise<void> {
  const data = dataVariable();
  const file = path.resolve(open);
  const isInside = file.startsWith(projectRoot + path.sep);
  // JupyterLab opens nothing outside of its folder.
  const root = isInside ? projectRoot : path.dirname(file);
  const { code, stopped } = await pythonProgram("lab.py", {
    request: {
      node: process.execPath,
      root,
      open: path.relative(root, file).split(path.sep).map(encodeURIComponent).join("/"),
      env: data === undefined ? {} : { XRAY_DATA: path.resolve(data) },
      arguments: [
        "--ServerApp.answer_yes=True",
        // It listens to this machine alone and asks for its token: root, as in a container, need not be kept out.
        ...(process.getuid?.() === 0 ? ["--ServerApp.allow_root=True"] : []),
        // The port that was asked for, or none.
        ...(port === undefined ? [] : [`--ServerApp.port=${port}`, "--ServerApp.port_retries=0"]),
        ...(browser ? [] : ["--no-browser"]),
        ...(options.arguments ?? []),
      ],
    },
  });
  if (code !== 0 && !stopped) throw new UserError("JupyterLab did not start.", "See its message above.");
}
