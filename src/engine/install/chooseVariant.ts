import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDir } from "../../core/environment.js";
import type { EngineVariant } from "./variant.js";

/** Outside the engine's own folder: a repair makes the same variant anew. */
const choiceFile = path.join(cacheDir, "engine-choice");

/**
 * Which engine a set-up makes.
 *
 * 1. `asked`: what `--gpu` or `--cpu` says, now or the last time one of them was given.
 * 2. A GPU engine that is there stays, also where its driver is not loaded at the moment.
 * 3. `gpu` where an NVIDIA driver is loaded.
 * 4. `cpu`.
 */
export function chooseVariant(state: {
  readonly asked: EngineVariant | undefined;
  readonly present: EngineVariant | "own" | undefined;
  readonly driver: boolean;
}): EngineVariant {
  if (state.asked !== undefined) return state.asked;
  return state.present === "gpu" || state.driver ? "gpu" : "cpu";
}

/** What `--gpu` or `--cpu` said when one of them was last given. */
export function rememberedVariant(): EngineVariant | undefined {
  const text = existsSync(choiceFile) ? readFileSync(choiceFile, "utf8").trim() : "";
  return text === "gpu" || text === "cpu" ? text : undefined;
}

/** Makes a choice last: a start without a flag keeps to it. */
export async function rememberVariant(variant: EngineVariant): Promise<void> {
  if (rememberedVariant() === variant) return;
  await mkdir(cacheDir, { recursive: true });
  await writeFile(choiceFile, `${variant}\n`);
}
