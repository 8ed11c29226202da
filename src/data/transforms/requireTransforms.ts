import { UserError } from "../../core/errors.js";
import { shownValue } from "../../core/shownValue.js";
import { probability } from "./range.js";
import { definitionOf, type Transform } from "./Transform.js";

/**
 * Refuses what is no transform in a list of them: plain JavaScript takes anything, and it would be missed only at the first
 * batch.
 * @param option the list's name, for messages
 * @throws UserError naming the first that is none, its place, and what to write
 */
export function requireTransforms(option: string, transforms: readonly Transform[]): void {
  const given: unknown = transforms;
  if (!Array.isArray(given)) {
    throw new UserError(
      `${option} is ${shownValue(given)}.`,
      `Give a list of transforms, such as ${option}: [rotate([-30, 30])].`,
    );
  }
  for (const [i, value] of Array.from(given as readonly unknown[]).entries()) {
    const place = `${option}[${i}]`;
    if (typeof value === "function") {
      const name = value.name || "the function";
      throw new UserError(
        `${place} is ${shownValue(value)} itself.`,
        `Call it, such as ${name}(...) with its ranges.`,
      );
    }
    const fields = value as Transform;
    if (typeof value !== "object" || value === null || typeof fields.name !== "string") {
      throw new UserError(
        `${place} is ${shownValue(value)}.`,
        "Give what a transform's function makes, such as rotate([-30, 30], 0.5).",
      );
    }
    const definition = definitionOf(fields.name);
    // Refuses bounds that are out of their range.
    definition.make(...definition.args(fields));
    probability(fields.p);
  }
}
