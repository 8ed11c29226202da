import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes numbers as JSON; whoever reads the file sees all of it or the one before. */
export async function writeMetrics(file: string, metrics: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(metrics, null, 2)}\n`);
  await rename(draft, file);
}
