import { UserError } from "../../core/errors.js";
import { writeFiles } from "../../core/writeFiles.js";
import type { PredictedBy } from "./PredictionFile.js";
import { answerOfRow, type JsonRow, jsonLinesFormat, jsonRows } from "./predictionRows.js";
import { wholeRows } from "./wholeRows.js";

/** Rows that are in memory together, when a file is written and when it is read. */
const groupSize = 10_000;

/** What a file says of the program that has written it. */
const createdBy = "xray-notebook predictions";

/** The key of the metadata that tell the net from others. */
const modelKey = "model";

const probabilityOf = (name: string): string => `p(${name})`;

/**
 * Writes a Parquet file of the rows in a file of JSON lines, a group of rows at a time. Its name appears when it is whole.
 * Columns: `path`, `class`, `probability`, `p(...)` of each class, `possible` (a list of class names), `uncertain`, `reason`,
 * `model`; null where a row has none.
 * @throws UserError when it cannot be written
 */
export async function writeParquet(
  file: string,
  lines: string,
  { classes, model }: PredictedBy,
): Promise<void> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];
  const writer = new ByteWriter();
  const optional = { repetition_type: "OPTIONAL" as const };
  const text = (name: string) => ({
    ...optional,
    name,
    type: "BYTE_ARRAY" as const,
    converted_type: "UTF8" as const,
  });
  const number = (name: string) => ({ ...optional, name, type: "DOUBLE" as const });
  const column = (name: string) => ({ ...optional, name });
  /** What the format says of each column, and what stands in it. */
  const columns: readonly {
    readonly schema: readonly [SchemaElement, ...SchemaElement[]];
    readonly of: (row: JsonRow) => unknown;
  }[] = [
    { schema: [text("path")], of: (row) => row.path },
    { schema: [text("class")], of: (row) => row.class },
    { schema: [number("probability")], of: (row) => row.probability },
    ...classes.map((name) => ({
      schema: [number(probabilityOf(name))] as const,
      of: (row: JsonRow) => row.probabilities?.[name],
    })),
    {
      schema: [
        { ...column("possible"), converted_type: "LIST", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        text("element"),
      ],
      of: (row) => row.possible,
    },
    { schema: [{ ...column("uncertain"), type: "BOOLEAN" }], of: (row) => row.uncertain },
    { schema: [text("reason")], of: (row) => row.reason },
    { schema: [text("model")], of: (row) => row.model },
  ];
  const parquet = new ParquetWriter({
    ...{ writer, createdBy, kvMetadata: [{ key: modelKey, value: model }] },
    schema: [{ name: "root", num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)],
  });
  const written = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const rows of inGroups(rowsOf(lines))) {
      const columnData = columns.map(({ schema: [{ name }], of }) => ({
        name,
        data: rows.map((row) => of(row) ?? null),
      }));
      await parquet.write({ columnData, rowGroupSize: groupSize });
      yield written();
    }
    await parquet.finish();
    yield written();
  }
  await writeFiles([{ file, pieces: pieces() }]);
}

/**
 * Writes the rows of a Parquet file as JSON lines, so that more can follow.
 * @throws UserError where it holds something else than predictions of this net
 */
export async function readParquet(
  file: string,
  lines: string,
  { classes, model }: PredictedBy,
): Promise<void> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const foreign = (cause?: unknown): UserError =>
    new UserError(
      `${file} is there already, and holds no predictions of this net.`,
      "Name another file with --out, or move it away.",
      { cause },
    );
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer).catch((error: unknown) => {
    throw foreign(error);
  });
  const kept = metadata.key_value_metadata?.find(({ key }) => key === modelKey)?.value;
  if (metadata.created_by !== createdBy || kept !== model) throw foreign();
  const format = jsonLinesFormat(classes, model);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const all = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < all; rowStart += groupSize) {
      const rowEnd = Math.min(all, rowStart + groupSize);
      const rows = await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd });
      const answers = rows.map((row) => answerOfRow(jsonRowOf(row, classes), classes));
      yield Buffer.from(answers.map((answer) => format.row(answer)).join(""));
    }
  }
  await writeFiles([{ file: lines, pieces: pieces() }]);
}

/** Columns that have nothing are left out. */
function jsonRowOf(row: Readonly<Record<string, unknown>>, classes: readonly string[]): JsonRow {
  const probabilities = Object.fromEntries(classes.map((name) => [name, row[probabilityOf(name)]]));
  const all: Readonly<Record<string, unknown>> = { ...row, probabilities };
  const fields = Object.entries(all).filter(([, value]) => value !== null);
  return Object.fromEntries(fields) as unknown as JsonRow;
}

async function* rowsOf(lines: string): AsyncGenerator<JsonRow> {
  for await (const { rows } of wholeRows(lines, { hasQuotes: false })) yield* jsonRows(rows) ?? [];
}

async function* inGroups(rows: AsyncIterable<JsonRow>): AsyncGenerator<readonly JsonRow[]> {
  let group: JsonRow[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < groupSize) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
