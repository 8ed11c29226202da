import { inspect } from "node:util";
import { asTable } from "./asTable.js";
import type { Table } from "./Display.js";
import { shortNumber } from "./shortNumber.js";

/** Rows that are shown of a long list; a program has all of them. */
const mostRows = 20;
/** Values of a list that are written out in one cell. */
const mostValues = 6;

/** A result's fields by their names, as a program reads them; those of an object in it as `outer.inner`. */
export const fieldsTable = (caption: string, value: object): Table => ({
  caption,
  columns: ["field", "value"],
  rows: fieldsOf(value),
});

function fieldsOf(value: object, outer = ""): string[][] {
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    const full = outer + name;
    return isFields(field) ? fieldsOf(field, `${full}.`) : [[full, cellOf(field)]];
  });
}

/**
 * A list of results with the same fields: a row for each, of a long list for the first ones.
 * @param what they are, such as "Images"; their number stands behind it
 */
export function recordsTable(
  what: string,
  records: readonly object[],
  columns: readonly string[] = columnsOf(records),
): Table {
  const shown = records.slice(0, mostRows);
  return {
    caption: `${what}: ${records.length}`,
    columns,
    rows: shown.map((record) =>
      columns.map((name) => cellOf((record as Readonly<Record<string, unknown>>)[name])),
    ),
    note:
      records.length > shown.length
        ? `The first ${shown.length} are shown; the list has all ${records.length}.`
        : undefined,
  };
}

/** The fields that some of the shown records have. */
const columnsOf = (records: readonly object[]): string[] => [
  ...new Set(records.slice(0, mostRows).flatMap((record) => Object.keys(record))),
];

/** A value in one cell; a dash where there is none. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : shortNumber(value, 4);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    return listInWords(Array.from(value as unknown as ArrayLike<unknown>));
  }
  if (isMeasure(value)) {
    const { value: own, low, high } = value;
    return low === null || high === null
      ? cellOf(own)
      : `${cellOf(own)}, 95% CI ${cellOf(low)} to ${cellOf(high)}`;
  }
  if (isFields(value))
    return fieldsOf(value)
      .map(([name, cell]) => `${name} ${cell}`)
      .join(", ");
  return inspect(value, { depth: 0, breakLength: Infinity }).split("\n")[0] ?? "";
}

function listInWords(values: readonly unknown[]): string {
  if (values.length <= mostValues) {
    return values.map((value) => (Array.isArray(value) ? `[${cellOf(value)}]` : cellOf(value))).join(", ");
  }
  const numbers = values.filter(
    (value): value is number => typeof value === "number" && !Number.isNaN(value),
  );
  if (numbers.length === 0) return `${values.length} values`;
  const [least, most] = numbers.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return `${values.length} numbers, ${cellOf(least)} to ${cellOf(most)}`;
}

/** Whether it is an object of fields, which says nothing of itself. */
const isFields = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !(inspect.custom in value) &&
  !isMeasure(value);

/** A number with its interval, as the statistics give one. */
const isMeasure = (value: unknown): value is Readonly<Record<"value" | "low" | "high", number | null>> =>
  typeof value === "object" && value !== null && "value" in value && "low" in value && "high" in value;

/** The same object, which is shown as a table of its fields. */
export const withFields = <T extends object>(caption: string, value: T): T =>
  asTable(value, () => fieldsTable(caption, value));

/** The same list, which is shown as a table, as {@link recordsTable} makes one. */
export const withRows = <T extends readonly object[]>(
  what: string,
  records: T,
  columns?: readonly string[],
): T => asTable(records, () => recordsTable(what, records, columns));
