import { createHash } from "node:crypto";
import { bytesOf } from "../../core/writeFiles.js";
import type { Cnn } from "../../models/Cnn.js";

/** What tells a net's weights from others: SHA-256 over all of them, with their names. */
export function weightsHash(model: Cnn): string {
  const hash = createHash("sha256");
  for (const variable of model.state()) hash.update(`${variable.name}\n`).update(bytesOf(variable.values()));
  return hash.digest("hex");
}
