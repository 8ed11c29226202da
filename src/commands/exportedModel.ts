import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { readPart } from "../core/readPart.js";
import { exportFormat } from "../training/inference/exportLearner.js";

/**
 * The exported file that `--model` names.
 * @param model a file that `learn.export()` wrote, a run's folder with one, or such a folder's name in `runs/`; of several in
 * a folder the one that is called "export"
 * @throws UserError when there is none, or there are several and none of that name
 */
export function exportedModel(model: string): string {
  for (const place of [model, path.join(runsDir, model)]) {
    const stats = statSync(place, { throwIfNoEntry: false });
    if (stats?.isFile() === true) return place;
    if (stats?.isDirectory() !== true) continue;
    const found = [place, path.join(place, "models")].flatMap(exportsIn);
    const [first, ...others] = found;
    const usual = found.find((file) => path.basename(file) === "export.safetensors");
    if (usual !== undefined) return usual;
    if (first === undefined) continue;
    if (others.length === 0) return first;
    throw new UserError(
      `${place} holds ${found.length} exported learners: ${found.map((file) => path.relative(place, file)).join(", ")}.`,
      `Name one of them, such as --model ${first}.`,
    );
  }
  throw new UserError(
    `${model} is no exported learner, nor the folder of a run with one.`,
    "Name the file that `learn.export()` wrote, or the run's folder.",
  );
}

/** The exported learners in a folder, by the beginning of each file: checkpoints look like them from without. */
function exportsIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".safetensors"))
    .sort()
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .filter((file) => headOf(file).includes(JSON.stringify(exportFormat.format)));
}

/** A file's first bytes, where its metadata stand; "" where it cannot be opened. */
function headOf(file: string): string {
  try {
    return readPart(file, 4096).toString("utf8");
  } catch {
    return "";
  }
}
