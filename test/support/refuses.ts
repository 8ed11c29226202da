import assert from "node:assert/strict";
import { UserError } from "../../src/core/errors.js";

/** Fails unless the work ends with a UserError whose message has all the parts. */
export async function refuses(
  work: Promise<unknown> | (() => unknown),
  ...parts: readonly string[]
): Promise<void> {
  const running = typeof work === "function" ? Promise.resolve().then(work) : work;
  await assert.rejects(running, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    for (const part of parts)
      assert.ok(error.message.includes(part), `"${part}" is not in: ${error.message}`);
    return true;
  });
}
