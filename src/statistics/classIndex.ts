import { UserError } from "../core/errors.js";

/** The index of a class. @throws UserError when there is no such class */
export function classIndex(classes: readonly string[], name: string): number {
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  throw new UserError(`There is no class ${JSON.stringify(name)}.`, `The classes are ${classes.join(", ")}.`);
}
