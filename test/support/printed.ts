import { mock } from "node:test";
import { evaluate, type EvaluateCommandOptions } from "../../src/commands/evaluate.js";

/** What `xray evaluate` prints. */
export async function printed(file: string, options: EvaluateCommandOptions = {}): Promise<string> {
  const log = mock.method(console, "log", () => undefined);
  try {
    await evaluate(file, options);
    return log.mock.calls.map((call) => String(call.arguments[0])).join("\n");
  } finally {
    log.mock.restore();
  }
}
