import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { decodeBytes } from "../../../src/data/images/decodeImage.js";
import { UserError } from "../../../src/core/errors.js";

/** What a file shows: its pixels' hash, or that it is refused. */
export async function shown(file: Buffer): Promise<string> {
  try {
    const { data, height, width, channels } = await decodeBytes(file, "the file");
    return createHash("sha256").update(`${height} ${width} ${channels} `).update(data).digest("hex");
  } catch (error) {
    if (error instanceof UserError) return "refused";
    throw error;
  }
}

/** In a process of its own: files in base64, one a line, come in, and what they show goes out. */
async function main(): Promise<void> {
  const lines = (await text(process.stdin)).split("\n").filter(Boolean);
  for (const line of lines) console.log(await shown(Buffer.from(line, "base64")));
}

if (require.main === module) void main();
