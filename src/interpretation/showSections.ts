import { currentDisplay } from "../core/Display.js";
import type { Section } from "../core/Section.js";

/** Shows sections one below the other: heading, text, tables and figures. */
export async function showSections(sections: readonly Section[]): Promise<void> {
  const display = currentDisplay();
  for (const { heading, text = [], tables = [], figures = [] } of sections) {
    display.markdown(`**${heading}**`);
    for (const paragraph of text) display.text(paragraph);
    for (const table of tables) display.table(table);
    for (const figure of figures) await display.figure(figure);
  }
}
