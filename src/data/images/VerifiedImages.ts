import { mkdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { cacheDir } from "../../core/environment.js";
import { writeFiles } from "../../core/writeFiles.js";
import type { UsedBits } from "./spreadBits.js";

interface Known extends Remarks {
  readonly size: number;
  readonly mtimeMs: number;
}

/** What is said of a file anew at every start, as of `Pixels`. */
interface Remarks {
  readonly usedBits?: UsedBits;
  readonly saysTurn?: boolean;
}

/** With a number: what an earlier version took for good is looked at once more. */
const fileName = "verified-images-4.json";

/**
 * Remembers which image files were once decoded without fault, with their sizes and times of change, so that the
 * next start need not decode thousands of them again. A file that has changed since counts as unknown.
 */
export class VerifiedImages {
  private constructor(
    private readonly file: string,
    private readonly known: Map<string, Known>,
    private readonly current: Map<string, Known>,
    private readonly added = new Map<string, Known>(),
  ) {}

  /**
   * Reads the memory and looks at the files as they are now.
   * @param paths absolute
   * @param file the memory; one that is missing or damaged is taken as empty
   */
  static async of(paths: readonly string[], file = path.join(cacheDir, fileName)): Promise<VerifiedImages> {
    const current = new Map<string, Known>();
    await Promise.all(
      paths.map(async (place) => {
        const now = await stateOf(place);
        if (now) current.set(place, now);
      }),
    );
    return new VerifiedImages(file, await load(file), current);
  }

  has(place: string): boolean {
    const before = this.known.get(place);
    const now = this.current.get(place);
    return before !== undefined && before.size === now?.size && before.mtimeMs === now.mtimeMs;
  }

  add(place: string, { usedBits, saysTurn }: Remarks): void {
    const now = this.current.get(place);
    if (now) this.added.set(place, { ...now, usedBits, saysTurn });
  }

  /** What `add` was told of the file, now or earlier. */
  remarks(place: string): Remarks | undefined {
    return this.added.get(place) ?? (this.has(place) ? this.known.get(place) : undefined);
  }

  /**
   * Adds to the memory, and takes out files that are gone. A disk that cannot be written costs only the next
   * start's time.
   */
  async save(): Promise<void> {
    // Read anew: another process may have added to it meanwhile.
    const all = new Map([...(await load(this.file)), ...this.added]);
    const entries = await Promise.all(
      [...all].map(async (entry) => (this.current.has(entry[0]) || (await stateOf(entry[0])) ? [entry] : [])),
    );
    const content = Buffer.from(JSON.stringify(Object.fromEntries(entries.flat())));
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFiles([{ file: this.file, pieces: [content] }]);
    } catch {
      return;
    }
  }
}

async function stateOf(place: string): Promise<Known | undefined> {
  try {
    const { size, mtimeMs } = await stat(place);
    return { size, mtimeMs };
  } catch {
    return undefined;
  }
}

async function load(file: string): Promise<Map<string, Known>> {
  try {
    const content: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof content !== "object" || content === null) return new Map();
    const entries: [string, unknown][] = Object.entries(content);
    return new Map(entries.flatMap(([place, value]) => (isKnown(value) ? [[place, value] as const] : [])));
  } catch {
    return new Map();
  }
}

function isKnown(value: unknown): value is Known {
  if (typeof value !== "object" || value === null) return false;
  return "size" in value && "mtimeMs" in value;
}
