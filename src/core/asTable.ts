import type { Table } from "./Display.js";
import { tableText } from "./tableText.js";
import { withWords } from "./withWords.js";

/** What the notebook's kernel calls in place of `console.log` where the value of a cell's last expression has it. */
const show = Symbol.for("xray-notebook.show");
/** What Deno's kernel calls instead, which shows what is returned. */
const displayInDeno = Symbol.for("Jupyter.display");

/** How the table is made of each object that is shown as one. */
const tables = new WeakMap<object, () => Table>();

/** The table that an object is shown as; undefined where it is shown otherwise. */
export const tableOfShown = (value: object): Table | undefined => tables.get(value)?.();

/**
 * The same object, which is a table as a cell's last expression, and a table in text for `console.log`. Programs see no
 * difference, as with {@link withWords}.
 */
export function asTable<T extends object>(value: T, tableOf: (value: T) => Table): T {
  tables.set(value, () => tableOf(value));
  // Loaded only when it is shown: the statistics are without any display.
  const display = async () => (await import("./Display.js")).currentDisplay();
  const hidden = (get: () => Promise<unknown>) => ({ value: get, enumerable: false, configurable: true });
  Object.defineProperty(
    value,
    show,
    hidden(async () => {
      (await display()).table(tableOf(value));
    }),
  );
  Object.defineProperty(
    value,
    displayInDeno,
    hidden(async () => {
      const table = tableOf(value);
      return (await display()).tableOutput?.(table) ?? { "text/plain": tableText(table) };
    }),
  );
  return withWords(value, () => tableText(tableOf(value)));
}

/** A table that is shown as one. */
export const shownTable = (table: Table): Table => asTable(table, () => table);
