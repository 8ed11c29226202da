import { inColumns } from "../core/withWords.js";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../core/errors.js";
import { agrees, type ParityRow } from "../parity/ParityRow.js";

/** `xray parity FILE...`: prints every number beside fastai's; exit code 1 when one is off. */
export async function parity(files: readonly string[]): Promise<void> {
  let off = 0;
  for (const file of files) {
    const rows = await compare(file, await readRecord(file));
    console.log(`${path.basename(file)}: ${rows.length} numbers beside fastai's`);
    console.log(format(rows));
    off += rows.filter((row) => !agrees(row)).length;
  }
  console.log(off === 0 ? "all agree" : `${off} off`);
  if (off > 0) process.exitCode = 1;
}

async function compare(file: string, record: unknown): Promise<ParityRow[]> {
  if (typeof record === "object" && record !== null) {
    if ("stages" in record) return (await import("../parity/trace.js")).traceParity(record);
    if ("runs" in record) return (await import("../parity/runs.js")).runsParity(record);
    if ("label_runs" in record) return (await import("../parity/labels.js")).labelsParity(record);
    if ("cycles" in record) return (await import("../parity/cycles.js")).cyclesParity(record);
    if ("tta" in record) return (await import("../parity/tta.js")).ttaParity(record);
    if ("lr_searches" in record) return (await import("../parity/lrFind.js")).lrFindParity(record);
    if ("nets" in record) return (await import("../parity/nets.js")).netsParity(record);
    if ("lr_find" in record) return (await import("../parity/schedule.js")).scheduleParity(record);
    if ("chains" in record) return (await import("../parity/chains.js")).chainsParity(record);
    if ("cases" in record) return (await import("../parity/transforms.js")).transformsParity(record);
  }
  throw new UserError(
    `${file} is no record of the oracle that this command knows.`,
    "Give a file made by the oracle's trace, schedule or transforms.",
  );
}

async function readRecord(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`, "Name a JSON file of the oracle.");
  }
}

function format(rows: readonly ParityRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    digits(row.ours),
    digits(row.fastai),
    `${row.difference.toExponential(1)} ${row.unit}`,
    `of ${row.tolerance}`,
    agrees(row) ? "ok" : "OFF",
  ]);
  const table = [["", "ours", "fastai", "difference", "tolerance", ""], ...cells];
  return inColumns(table);
}

const digits = (value: number): string =>
  Math.abs(value) < 1e-3 ? value.toExponential(5) : value.toFixed(6);
