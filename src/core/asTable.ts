import type { Table } from "./Display.js";
import { tableText } from "./tableText.js";
import { withWords } from "./withWords.js";

/** What the notebook's kernel calls in place of `console.log` where the value of a cell's last expression has it. */
const show = Symbol.for("xray-notebook.show");

/**
 * The same object, which is a table as a cell's last expression, and a table in text for `console.log`. Programs see no
 * difference, as with {@link withWords}.
 */
export function asTable<T extends object>(value: T, tableOf: (value: T) => Table): T {
  Object.defineProperty(value, show, {
    value: async () => {
      // Loaded only here: the statistics are without any display.
      const { currentDisplay } = await import("./Display.js");
      currentDisplay().table(tableOf(value));
    },
    enumerable: false,
    configurable: true,
  });
  return withWords(value, () => tableText(tableOf(value)));
}

/** A table that is shown as one. */
export const shownTable = (table: Table): Table => asTable(table, () => table);
