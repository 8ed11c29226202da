import { isDeepStrictEqual } from "node:util";
import { UserError } from "../core/errors.js";

/** @throws UserError when data that a learner is given have other classes than its own */
export function requireSameClasses(given: readonly string[], own: readonly string[]): void {
  if (isDeepStrictEqual(given, own)) return;
  throw new UserError(
    `The data's classes are ${given.join(", ")}; the learner's are ${own.join(", ")}.`,
    "Give data of the same classes, or make a new learner.",
  );
}
