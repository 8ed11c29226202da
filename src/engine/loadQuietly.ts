import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import { bindingPath, stderrBindingName } from "./install/variant.js";

interface StderrBinding {
  /** Has all that the process writes to standard error kept. */
  readonly take: () => void;
  /** @returns what was kept; from now on it goes where it went before */
  readonly giveBack: () => string;
}

/** What libtensorflow writes each time that it is loaded, whatever it is told of its log. */
const greetings = [
  /^WARNING: All log messages before absl::InitializeLog\(\)/,
  /^I\d{4} .*oneDNN custom operations are on/,
];

/** Loads libtensorflow without the two lines that it greets every terminal with; all else that it writes is shown. */
export function loadQuietly<T>(load: () => T): T {
  const file = path.join(path.dirname(realpathSync(bindingPath)), stderrBindingName);
  // In a thread it is loaded already, or it is tfjs-node's own.
  if (!isMainThread || !existsSync(file)) return load();
  const stderr = createRequire(file)(file) as StderrBinding;
  stderr.take();
  try {
    return load();
  } finally {
    const lines = stderr.giveBack().split("\n");
    const others = lines.filter((line) => !greetings.some((greeting) => greeting.test(line))).join("\n");
    if (others !== "") process.stderr.write(others);
  }
}
