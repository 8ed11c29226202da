import { existsSync } from "node:fs";
import path from "node:path";
import { isInstalled, packageRoot, projectRoot } from "../core/environment.js";
import { UserError } from "../core/errors.js";

const name = "xray-notebook";

/**
 * Deno looks for the package as Node does: in `node_modules` beside the notebook and above, and in the package's own folder.
 * @param folder the notebook's
 * @throws UserError when it would find none
 */
export function requirePackageNear(folder: string): void {
  if (!isInstalled && `${folder}${path.sep}`.startsWith(packageRoot + path.sep)) return;
  for (let place = folder; ; place = path.dirname(place)) {
    if (existsSync(path.join(place, "node_modules", name))) return;
    if (place === path.dirname(place)) break;
  }
  throw new UserError(
    `Deno's kernel finds no "${name}" from ${folder}.`,
    `Move the notebook into ${projectRoot}, install the package there, or take the kernel tslab, which finds it anywhere.`,
  );
}
