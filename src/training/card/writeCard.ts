import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../core/errors.js";
import { writeFiles } from "../../core/writeFiles.js";

/** What stands at a card's end: of which file it is, and SHA-256 of what stands above. */
const ending = /<!-- Model card of (.+), as it was generated: sha256 ([0-9a-f]{64})\. .*-->\n$/;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const withEnding = (text: string, file: string): string =>
  `${text}<!-- Model card of ${path.basename(file)}, as it was generated: sha256 ${hashOf(text)}. ` +
  "A card that a person has changed is left as it is. -->\n";

/** Where a card has gone. */
export interface WrittenCard {
  /** Undefined: to none of the places, since people have changed what is there. */
  readonly card: string | undefined;
  /** Files that were left as they are, since the program has not written them, or people have changed them. */
  readonly kept: readonly string[];
}

/**
 * Writes a model card beside an exported file: to `README.md` or, where something else is there, to a file named after the
 * exported one, such as `export.README.md`. What is there is written over only where it is this file's card word for
 * word as the program has generated it: a card that a person has changed stays, and so does any other README.
 * @throws UserError naming the file that cannot be read or written
 */
export async function writeCard(file: string, text: string): Promise<WrittenCard> {
  const { dir, name } = path.parse(file);
  const kept: string[] = [];
  for (const place of ["README.md", `${name}.README.md`].map((own) => path.join(dir, own))) {
    const before = await textOf(place);
    const of = before === undefined ? path.basename(file) : generatedFor(before);
    if (of !== path.basename(file)) {
      if (of === undefined) kept.push(place);
      continue;
    }
    await writeFiles([{ file: place, pieces: [Buffer.from(withEnding(text, file))] }]);
    return { card: place, kept };
  }
  return { card: undefined, kept };
}

/** Whose card a text is, word for word as the program has written it; undefined: it is another text. */
function generatedFor(text: string): string | undefined {
  const found = ending.exec(text);
  if (!found) return undefined;
  const [, file, hash] = found;
  return hash === hashOf(text.slice(0, found.index)) ? file : undefined;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(
      `${file} cannot be read: ${messageOf(cause)}`,
      "The model card goes there; move what is there, or export to another folder.",
      { cause },
    );
  }
}
