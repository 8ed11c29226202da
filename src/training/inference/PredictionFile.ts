import { appendFile, open, readFile, truncate } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { csvLine } from "../../core/csvLine.js";
import { messageOf, UserError } from "../../core/errors.js";
import type { FilePrediction, UnreadableFile } from "./predictEach.js";

/** Where rows of predictions go: one file after the other, each row whole. */
export class PredictionFile {
  private constructor(
    private readonly file: string,
    private readonly format: RowFormat,
    /** The files that have a row already. */
    readonly done: ReadonlySet<string>,
  ) {}

  /**
   * Begins a file, or goes on behind the last whole row of one that is there: what was cut off behind it is taken away.
   * @param file its ending is `.csv` or `.jsonl`
   * @param model what tells the net from others; rows of another net are not mixed with this one's
   * @throws UserError where the ending is another, or the file holds something else or another net's predictions
   */
  static async open(
    file: string,
    { classes, model }: { readonly classes: readonly string[]; readonly model: string },
  ): Promise<PredictionFile> {
    const formats: Readonly<Record<string, RowFormat>> = {
      ".csv": csvFormat(classes, model),
      ".jsonl": jsonLinesFormat(classes, model),
    };
    const format = formats[path.extname(file).toLowerCase()];
    if (!format) {
      throw new UserError(
        `${file} is none of the formats for predictions: ${Object.keys(formats).join(", ")}.`,
        "Give it one of these endings.",
      );
    }
    const before = await readFile(file, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw notWritten(file, error);
    });
    const whole = before === undefined ? "" : format.wholeRows(before);
    const foreign = (): UserError =>
      new UserError(
        `${file} is there already, and holds no predictions of this net.`,
        "Name another file with --out, or move it away.",
      );
    if (before !== undefined && whole === "" && !format.isBeginning(before)) throw foreign();
    const rows = format.read(whole);
    if (!rows || rows.some((row) => row.model !== model)) throw foreign();
    const started = new PredictionFile(file, format, new Set(rows.map((row) => row.path)));
    try {
      if (before !== undefined) await truncate(file, Buffer.byteLength(whole));
      if (whole === "") await appendFile(file, format.head);
      // Whether it can be written to is known before anything is computed.
      else await (await open(file, "a")).close();
    } catch (error) {
      throw notWritten(file, error);
    }
    return started;
  }

  /** @throws UserError when the disk refuses */
  async append(rows: readonly (FilePrediction | UnreadableFile)[]): Promise<void> {
    const text = rows.map((row) => this.format.row(row)).join("");
    await appendFile(this.file, text).catch((error: unknown) => {
      throw notWritten(this.file, error);
    });
  }
}

/** How rows are written, and read again. */
interface RowFormat {
  /** What the file begins with. */
  readonly head: string;
  row(answer: FilePrediction | UnreadableFile): string;
  /** Whether a text without a whole row is one that was cut off. */
  isBeginning(text: string): boolean;
  /** The file up to the end of its last whole row; "" where not even its head is whole. */
  wholeRows(text: string): string;
  /** Each row's file and net; undefined where the text is of another kind. */
  read(text: string): readonly { readonly path: string; readonly model: string }[] | undefined;
}

function csvFormat(classes: readonly string[], model: string): RowFormat {
  const columns = [
    ...["path", "class", "probability"],
    ...classes.map((name) => `p(${name})`),
    ...["possible", "uncertain", "reason", "model"],
  ];
  const line = (cells: readonly (string | number | boolean | undefined)[]): string =>
    csvLine(cells.map((cell) => String(cell ?? "")));
  const head = line(columns);
  return {
    head,
    row: (answer) => {
      if ("reason" in answer) {
        return line([answer.path, "", "", ...classes.map(() => ""), "", "", answer.reason, model]);
      }
      const { path: file, class: name, label, probabilities, possible, uncertain } = answer;
      const doubt = [possible?.join("|"), uncertain];
      return line([file, name, probabilities[label], ...probabilities, ...doubt, "", model]);
    },
    isBeginning: (text) => head.startsWith(text),
    wholeRows: (text) => {
      if (!text.startsWith(head)) return "";
      // A line's end within quotes is part of a name.
      let [quotes, end] = [0, 0];
      for (let i = 0; i < text.length; i++) {
        if (text[i] === '"') quotes++;
        else if (text[i] === "\n" && quotes % 2 === 0) end = i + 1;
      }
      return text.slice(0, end);
    },
    read: (text) => {
      if (text === "") return [];
      try {
        return parse<{ path: string; model: string }>(text, { columns: true });
      } catch {
        return undefined;
      }
    },
  };
}

/** What every row of JSON begins with. */
const firstKey = '{"path":"';

function jsonLinesFormat(classes: readonly string[], model: string): RowFormat {
  return {
    head: "",
    row: (answer) => {
      if ("reason" in answer) return `${JSON.stringify({ ...answer, model })}\n`;
      const { path: file, class: name, label, probabilities, possible, uncertain } = answer;
      const named = Object.fromEntries(classes.map((each, k) => [each, probabilities[k]]));
      const row = { path: file, class: name, probability: probabilities[label], probabilities: named };
      return `${JSON.stringify({ ...row, possible, uncertain, model })}\n`;
    },
    isBeginning: (text) => text.startsWith(firstKey) || firstKey.startsWith(text),
    wholeRows: (text) => text.slice(0, text.lastIndexOf("\n") + 1),
    read: (text) => {
      try {
        const rows = text
          .split("\n")
          .filter((row) => row !== "")
          .map((row) => JSON.parse(row) as { path: string; model: string });
        return rows.every((row) => typeof row.path === "string") ? rows : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

const notWritten = (file: string, cause: unknown): UserError =>
  new UserError(
    `${file} was not written: ${messageOf(cause)}.`,
    "Name another file with --out, or free some room.",
    {
      cause,
    },
  );
