import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The folder of the compiled sources. */
const sources = path.resolve(__dirname, "..");

const known = new Map<string, string>();

/**
 * SHA-256, shortened to 64 bits, over the compiled code of some of the program's rooms: two programs with the same one
 * compute the same.
 */
export function codeHash(rooms: readonly string[]): string {
  const name = rooms.join(" ");
  const hash = known.get(name) ?? hashOf(rooms);
  known.set(name, hash);
  return hash;
}

function hashOf(rooms: readonly string[]): string {
  const hash = createHash("sha256");
  for (const room of rooms) {
    const files = readdirSync(path.join(sources, room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .map((file) => path.join(room, file));
    for (const file of files.sort()) hash.update(`${file}\n`).update(readFileSync(path.join(sources, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
