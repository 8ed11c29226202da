import { createReadStream } from "node:fs";

/** Rows of a file, as many as were read at once, and where in it they end. */
export interface WholeRows {
  readonly rows: string;
  /** In bytes, from the file's beginning. */
  readonly end: number;
}

const [quote, newline] = [34, 10];

/**
 * The whole rows of a file, a part of it at a time, each with its line's end: what is cut off behind the last one is not
 * among them.
 * @param from where the first row begins, in bytes
 * @param hasQuotes whether a line's end within quotes is part of a row
 * @throws Error of the file system when it cannot be read
 */
export async function* wholeRows(
  file: string,
  { from = 0, hasQuotes }: { readonly from?: number; readonly hasQuotes: boolean },
): AsyncGenerator<WholeRows, void, undefined> {
  let rest = Buffer.alloc(0);
  let quotes = 0;
  let begun = from;
  for await (const chunk of createReadStream(file, { start: from }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let end = 0;
    // All bytes of a character that has several are above these two.
    for (let i = rest.length; i < bytes.length; i++) {
      if (bytes[i] === quote) quotes++;
      else if (bytes[i] === newline && (!hasQuotes || quotes % 2 === 0)) end = i + 1;
    }
    rest = Buffer.from(bytes.subarray(end));
    if (end === 0) continue;
    begun += end;
    yield { rows: bytes.toString("utf8", 0, end), end: begun };
  }
}
