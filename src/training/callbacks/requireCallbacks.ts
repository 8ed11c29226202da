import { shownValue } from "../../core/shownValue.js";
import { UserError } from "../../core/errors.js";
import { nearestName } from "../../core/nearestName.js";
import { requireMade } from "../requireMade.js";
import type { Callback, CallbackEvent } from "./Callback.js";

/** What a callback can be told of; the compiler sees to it that none is forgotten. */
const events = {
  trainBegin: true,
  epochBegin: true,
  batchBegin: true,
  batchEnd: true,
  validBatchEnd: true,
  epochEnd: true,
  trainEnd: true,
} as const satisfies Readonly<Record<CallbackEvent, true>>;

/**
 * Refuses what is no callback: plain JavaScript takes anything, and what is told of nothing would do nothing, without a
 * word.
 * @param nameOf what one is called in messages, by its place
 * @throws UserError naming the first that is none, and what was probably meant
 */
export function requireCallbacks(
  callbacks: readonly Callback[],
  nameOf = (i: number): string => `Callback ${i + 1}`,
): void {
  const given: unknown = callbacks;
  if (!Array.isArray(given)) {
    throw new UserError(`callbacks is ${shownValue(given)}.`, "Give a list, such as [new CSVLogger()].");
  }
  for (const [i, callback] of callbacks.entries()) {
    requireMade(nameOf(i), callback, { kind: "object" });
    const names = namesOf(callback);
    if (Object.keys(events).some((event) => names.includes(event))) continue;
    const meant = names.flatMap((name) => {
      const nearest = nearestName(name.replace(/^on_?/, ""), Object.keys(events));
      return nearest === undefined ? [] : [`${nearest} in place of ${name}`];
    });
    throw new UserError(
      `${nameOf(i)} has no method that a training calls: ${names.slice(0, 5).join(", ") || "it is empty"}.`,
      `${meant.length > 0 ? `Did you mean ${meant.join(", ")}? ` : ""}They are: ${Object.keys(events).join(", ")}.`,
    );
  }
}

/** The names of an object's methods, its classes' among them. */
function namesOf(object: object): string[] {
  const names: string[] = [];
  for (
    let at: object = object;
    Object.getPrototypeOf(at) !== null;
    at = Object.getPrototypeOf(at) as object
  ) {
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== "constructor"));
  }
  return names;
}
