import { UserError } from "../core/errors.js";

/** The functions that make a metric: what is given in their place is the function itself, not called. */
export const metricMakers: readonly string[] = [
  "accuracyThresh",
  "auroc",
  "fBeta",
  "fBetaThresh",
  "kappaScore",
  "labelAuroc",
  "matthewsCorreff",
  "precision",
  "recall",
  "topKAccuracy",
];

/** What a value should be. */
interface Made {
  readonly kind: "function" | "object";
  /** Names of functions that make such a value, and are none. */
  readonly makers?: readonly string[];
}

/**
 * Refuses what plain JavaScript lets pass where a metric, a callback, an optimizer or a loss belongs: a name, a class, or a
 * function that was not called.
 * @throws UserError naming the value, and what to write
 */
export function requireMade(option: string, value: unknown, { kind, makers = [] }: Made): void {
  if (typeof value === "function") {
    const { name } = value;
    // What they make has these fields, and the same name.
    const isMaker = makers.includes(name) && !("whole" in value || "describe" in value);
    if (kind === "function" && !isMaker) return;
    const call = kind === "object" ? `new ${name || "Callback"}()` : `${name}()`;
    throw new UserError(
      `${option} is ${kind === "object" ? "the class" : "the function"} ${name || "without a name"} itself.`,
      `Call it: ${call}, with its options if it is to have any.`,
    );
  }
  if (kind === "object" && typeof value === "object" && value !== null) return;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const instead =
    typeof value === "string" ? `Write it without the quotes, as it was imported: ${value}.` : "";
  const what = kind === "object" ? "Give an object with a callback's methods." : "Give a function.";
  throw new UserError(`${option} is ${text}.`, instead || what);
}
