import type { Table } from "../core/Display.js";
import { formatInterval, formatShare } from "../statistics/format.js";
import type { Measure } from "../statistics/Measure.js";

/** A number without an interval. */
export const alone = (value: number | null): Measure => ({ value, low: null, high: null });

/** The number's name, its value and its interval; dashes where they do not exist. */
export function measureCells(name: string, { value, low, high }: Measure): string[] {
  return [name, formatShare(value ?? NaN), formatInterval([low ?? NaN, high ?? NaN])];
}

/** Numbers with their intervals, and below them what must be known to read them. */
export function measureTable(measures: readonly (readonly [name: string, measure: Measure])[]): Table {
  return {
    columns: ["measure", "value", "95% CI"],
    rows: measures.map(([name, measure]) => measureCells(name, measure)),
    note: remarks(measures),
  };
}

/** So many measures of which one thing is to be known are named. */
const mostNamed = 3;

const severalInWords = (names: readonly string[]): string =>
  [
    ...names.slice(0, mostNamed),
    ...(names.length > mostNamed ? [`and ${names.length - mostNamed} more`] : []),
  ].join("; ");

/** Why numbers do not exist, and what must be known to read them. */
export function remarks(
  measures: readonly (readonly [name: string, measure: Measure])[],
): string | undefined {
  const names = new Map<string, string[]>();
  for (const [name, { absent, note }] of measures) {
    for (const remark of [absent, note]) {
      if (remark !== undefined) names.set(remark, [...(names.get(remark) ?? []), name]);
    }
  }
  if (names.size === 0) return undefined;
  return [...names].map(([remark, of]) => `${severalInWords(of)}: ${remark}.`).join(" ");
}
