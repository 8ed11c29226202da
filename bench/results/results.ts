import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import * as prettier from "prettier";
import type { Table } from "../../src/core/Display.js";
import { projectRoot } from "../../src/core/environment.js";
import { UserError } from "../../src/core/errors.js";
import { writeFiles } from "../../src/core/writeFiles.js";
import { readFastaiRun } from "./FastaiRun.js";
import { keepFastaiRun, keepRun } from "./keepRun.js";
import { readKeptRuns } from "./KeptRun.js";
import { heldOutTable } from "./heldOutTable.js";
import { confusionTable, fastaiTable, pairsOf, provenanceTable, runsTable } from "./resultTables.js";

/** Where the files of the runs are that the pages tell of. */
export const resultsFolder = path.join(projectRoot, "docs", "results");

/** The pages that hold tables of results. */
export const resultPages = ["README.md", path.join("docs", "results.md")].map((page) =>
  path.join(projectRoot, page),
);

const keepers: Partial<Record<string, typeof keepRun>> = { keep: keepRun, "keep-fastai": keepFastaiRun };

/** `npm run results`: keeps a run that is named, and writes the tables of all kept runs into the pages. */
export async function results(words: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...words],
    options: { "peak-memory-mb": { type: "string" }, name: { type: "string" } },
    allowPositionals: true,
  });
  const [command, file] = positionals;
  if (command !== undefined) {
    const keep = keepers[command];
    if (!keep || file === undefined) {
      throw new UserError(
        `${words.join(" ")} is no command of results.`,
        `Name one of ${Object.keys(keepers).join(", ")}, and a run.`,
      );
    }
    const memory = values["peak-memory-mb"];
    const peakMemoryMB = memory === undefined ? undefined : Number(memory);
    console.log(await keep(file, resultsFolder, { peakMemoryMB, name: values.name }));
  }
  for (const page of resultPages) {
    await writeFiles([{ file: page, pieces: [Buffer.from(await withTables(page))] }]);
  }
}

/**
 * A page with its tables computed anew from the kept predictions: what stands between `<!-- table: NAME -->` and
 * `<!-- end of table -->`.
 */
export async function withTables(page: string): Promise<string> {
  const tables = await computeTables();
  const text = await readFile(page, "utf8");
  const replaced = text.replace(
    /(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)/gs,
    (_, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (!table)
        throw new Error(`${page} asks for a table ${name}; there are ${Object.keys(tables).join(", ")}.`);
      return `${begin}\n${markdown(table)}\n\n${end}`;
    },
  );
  const options = await prettier.resolveConfig(page);
  return prettier.format(replaced, { ...options, parser: "markdown" });
}

/** The tables by the names that the pages call them. */
async function computeTables(): Promise<Partial<Record<string, Table>>> {
  const runs = await readKeptRuns(resultsFolder);
  const files = (await readdir(resultsFolder)).filter((name) => /^fastai-.*\.json$/.test(name));
  const fastai = await Promise.all(files.map((name) => readFastaiRun(path.join(resultsFolder, name))));
  const replicas = runs.filter(({ metrics }) => metrics.protocol === "replica");
  const heldOut = runs.filter(({ metrics }) => metrics.protocol === "held-out");
  const ofArticle = replicas.filter(
    ({ metrics }) => metrics.epochsFrozen === 8 && metrics.epochsUnfrozen === 10,
  );
  return {
    runs: runsTable(replicas),
    "held-out": heldOutTable(heldOut),
    provenance: provenanceTable(runs),
    confusion: confusionTable(ofArticle),
    fastai: fastaiTable(pairsOf(replicas, fastai)),
  };
}

function markdown({ columns, rows, note }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
  return note === undefined ? table : `${table}\n\n${note}`;
}
