import { messageOf, UserError } from "../../core/errors.js";
import { toExactJson } from "../../core/exactJson.js";
import { Cnn } from "../../models/Cnn.js";
import type { Callback } from "../callbacks/Callback.js";
import type { DataBunch } from "../DataBunch.js";
import { Optimizer } from "../optimizers/Optimizer.js";
import { codeOf, functionText, type PlainFields, plainFields } from "./plainFields.js";

/** What is known of a callback that does not describe itself. */
interface Known {
  /** Its fields as they were when a fit first had it: what it counts afterwards makes no other one of it. */
  readonly made: unknown;
  /** The fields that somebody has changed between two fits, in their order. */
  readonly changes: unknown[];
  /** Its fields at the end of the last fit. */
  atEnd?: Readonly<Record<string, unknown>>;
}

const known = new WeakMap<Callback, Known>();

/**
 * What tells a callback from others: its class with its code, and what it was made with.
 * @param ofData what data say of themselves that are among its fields
 */
export function describeCallback(callback: Callback, ofData: (data: DataBunch) => unknown): unknown {
  const made = callback.describe === undefined ? madeWith(callback, ofData) : callback.describe();
  try {
    toExactJson(made);
  } catch (error) {
    throw new UserError(
      `What \`describe\` of ${nameOf(callback)} gives cannot be kept: ${messageOf(error)}.`,
      "Let it return numbers, texts, truth values, and lists and objects of them.",
      { cause: error },
    );
  }
  return { callback: nameOf(callback), code: codeOf(callback), made };
}

function madeWith(callback: Callback, ofData: (data: DataBunch) => unknown): unknown {
  const { fields } = fieldsOf(callback, ofData);
  const before = known.get(callback);
  if (!before) {
    known.set(callback, { made: fields, changes: [] });
    return { made: fields };
  }
  const { made, changes, atEnd } = before;
  const changed = Object.entries(fields).filter(
    ([name, value]) => atEnd && toExactJson(value) !== toExactJson(atEnd[name] ?? null),
  );
  if (changed.length > 0) changes.push(Object.fromEntries(changed));
  return changes.length === 0 ? { made } : { made, changes };
}

/** Notes what callbacks have in their fields at the end of a fit: what differs at the next one was changed between them. */
export function noteFields(callbacks: readonly Callback[], ofData: (data: DataBunch) => unknown): void {
  for (const callback of callbacks) {
    const of = known.get(callback);
    if (of) of.atEnd = fieldsOf(callback, ofData).fields;
  }
}

/** The name of a callback's class. */
export function nameOf({ constructor: { name } }: Callback): string {
  return name === "Object" || name === "" ? "a callback" : name;
}

/** What a callback has in its fields. */
export const fieldsOf = (
  callback: Callback,
  ofData: (data: DataBunch) => unknown = () => "data",
): PlainFields =>
  plainFields(callback, {
    say: (object) => {
      if (object instanceof Optimizer || object instanceof Cnn || "optimizer" in object)
        return "a part of a learner";
      return "trainDl" in object && "validDl" in object ? ofData(object as DataBunch) : undefined;
    },
  });

/** Whether two callbacks may be described alike and be different: there is something that nobody can look into. */
export const isOpaque = (callback: Callback): boolean =>
  callback.describe === undefined &&
  (fieldsOf(callback).hasFunctions || /#[\p{L}_$]/u.test(functionText(callback.constructor)));
