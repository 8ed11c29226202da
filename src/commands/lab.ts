import { startLab } from "../report/lab.js";
import { setUp } from "./setUp.js";

/** `xray lab`: JupyterLab with the project's kernel. */
export async function lab(): Promise<void> {
  await setUp();
  await startLab();
}
