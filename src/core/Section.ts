import type { Figure, Table } from "./Display.js";

/** A part of a page: a terminal prints it without its figures. */
export interface Section {
  readonly heading: string;
  /** Paragraphs above the tables. */
  readonly text?: readonly string[];
  readonly tables?: readonly Table[];
  readonly figures?: readonly Figure[];
}
