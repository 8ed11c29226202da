import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";
import { projectRoot } from "../../src/environment.js";

/** The real X-rays beside the project; tests that need them are skipped where they are absent. */
export const xrays = path.join(projectRoot, "..", "shared", "chest_xray");
export const nativeXrays = path.join(projectRoot, "..", "shared", "chest_xray_native");

export const needsXrays = {
  skip: existsSync(xrays) ? false : "the X-rays of ../shared/chest_xray are absent",
};

/** An empty folder, removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "xray-data-"));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Copies a few real X-rays of each class to a folder with `train` and `test`. */
export function smallSet(trainPerClass: number, testPerClass: number): string {
  const folder = temporaryFolder();
  for (const [split, count] of [["train", trainPerClass] as const, ["test", testPerClass] as const]) {
    for (const name of ["NORMAL", "PNEUMONIA"]) {
      const [from, to] = [path.join(xrays, split, name), path.join(folder, split, name)];
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(from).sort().slice(0, count))
        cpSync(path.join(from, file), path.join(to, file));
    }
  }
  return folder;
}
