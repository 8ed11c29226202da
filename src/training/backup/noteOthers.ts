import { readdir } from "node:fs/promises";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { shownPath } from "../../core/shownPath.js";
import type { BackupPlan } from "./BackupOptions.js";
import { type BeginningFit, fitDifferences, type FitIdentity } from "./fitIdentity.js";
import { readSavedFit, type SavedFit, savedFitName } from "./SavedFit.js";

/** What the folders of all fits of this kind begin with. */
export const folderPrefix = ({ what }: BeginningFit): string => `${what.replaceAll(" ", "-")}-`;

/** Says what is there of fits of this kind, where this one is none of them. */
export async function noteOthers(
  { folder, isShared }: BackupPlan,
  fit: BeginningFit,
  identity: FitIdentity,
): Promise<void> {
  let nearest:
    { readonly name: string; readonly saved: SavedFit; readonly differences: readonly string[] } | undefined;
  const alike = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(folderPrefix(fit)));
  for (const name of alike) {
    const saved = await readSavedFit(path.join(folder, name, savedFitName)).catch(() => undefined);
    if (!saved || (isShared && saved.status === "finished")) continue;
    const differences = fitDifferences(saved.identity, identity);
    if (nearest && nearest.differences.length <= differences.length) continue;
    nearest = { name, saved, differences };
  }
  if (!nearest) return;
  const { name, saved, differences } = nearest;
  const state = saved.loop ? `was stopped in epoch ${saved.loop.epoch}` : "was finished";
  currentDisplay().text(
    `This fit begins at its beginning. There is a backup of another one, which ${state}, from ` +
      `${new Date(saved.written).toLocaleString()} in ${shownPath(path.join(folder, name))}; it differs in ` +
      `${differences.join("; ")}. It stays there: to go on with it, make this fit the same; else delete it.`,
  );
}
