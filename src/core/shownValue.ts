import { inspect } from "node:util";

/** A value of any kind as a message shows it, on one line. */
export function shownValue(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  const text = inspect(value, { depth: 0, maxStringLength: 80, maxArrayLength: 6, breakLength: Infinity });
  return text.replace(/\n\s*/g, " ");
}
