import { statSync } from "node:fs";
import path from "node:path";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";

/**
 * The exported file that `--model` names.
 * @param model a file that `learn.export()` wrote, a run's folder with one, or such a folder's name in `runs/`
 * @throws UserError when there is none
 */
export function exportedModel(model: string): string {
  const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  const name = "export.safetensors";
  const places = [model, path.join(runsDir, model)].flatMap((place) => [
    place,
    path.join(place, name),
    path.join(place, "models", name),
  ]);
  const found = places.find(isThere);
  if (found !== undefined) return found;
  throw new UserError(
    `${model} is no exported learner, nor the folder of a run with one.`,
    "Name the file that `learn.export()` wrote, or the run's folder.",
  );
}
