import type { Figure, Table } from "./Display.js";

/** A part of a page: a terminal prints it without its figures. */
export interface Section {
  /** What it is about. */
  readonly heading: string;
  /** Paragraphs above the tables. */
  readonly text?: readonly string[];
  /** Below the text. */
  readonly tables?: readonly Table[];
  /** Below the tables. */
  readonly figures?: readonly Figure[];
}
