import { checkArguments, texts } from "../core/checkArguments.js";
import { UserError } from "../core/errors.js";
import { classIndex } from "./classIndex.js";
import { isWordForNormal, saysNormal } from "./normalNames.js";
import { nameInText } from "../core/nameInText.js";

/** The class that precision, recall, specificity and areas under curves speak of. */
export interface PositiveClass {
  /** Its name. */
  readonly name: string;
  /** Its index in the classes. */
  readonly label: number;
  /** One sentence for the person, where the class was neither given nor plain from the names; else undefined. */
  readonly remark?: string;
}

/**
 * The one rule for which class is positive; metrics, callbacks, interpretation, reports and exports all ask it.
 *
 * 1. The class that is given, by its name or its index.
 * 2. Of two classes the one that is not a word for normal: tumour of tumour and normal, in whichever order.
 * 3. Where the names do not tell, the second, as fast.ai's `pos_label` of 1; `remark` then says so.
 *
 * @param given the class's name or its index
 * @param option what it was given as, for the error
 * @returns undefined where there are more than two classes and none is given: measures are then means over the
 *   classes, as fast.ai's `average="macro"`; `measuredOf` puts either into words
 * @throws UserError when the class that is given is not one of the classes
 */
export function positiveClass(
  classes: readonly string[],
  given?: string | number,
  option = "positiveClass",
): PositiveClass | undefined {
  checkArguments("positiveClass(data.classes)", { classes: [classes, texts] });
  if (given !== undefined) return givenClass(classes, given, option);
  const [first, second, ...others] = classes;
  if (first === undefined || others.length > 0) return undefined;
  if (second === undefined) return { name: first, label: 0 };
  // A whole name that means normal counts more than a part of a name: "NORMAL" beside "non-small-cell".
  for (const means of [isWordForNormal, saysNormal]) {
    const normal = [means(first, second), means(second, first)];
    if (normal[0] !== normal[1]) return normal[0] ? { name: second, label: 1 } : { name: first, label: 0 };
  }
  return {
    name: second,
    label: 1,
    remark:
      `The names of the classes do not say which of "${first}" and "${second}" is the positive one: "${second}", the ` +
      "second, is taken as the positive class; give the learner or the interpretation a `positiveClass` to choose.",
  };
}

/** The same behind the name of a measure: " of cat", or ", mean of 3 classes". */
export function ofClass(classes: readonly string[], positive: string | undefined): string {
  return positive === undefined ? `, mean of ${classes.length} classes` : ` of ${nameInText(positive)}`;
}

/** Whose measures they are, in words for captions and heads: "cat", or "the mean of 3 classes". */
export function measuredOf(classes: readonly string[], positive: string | undefined): string {
  return positive !== undefined ? nameInText(positive) : `the mean of ${classes.length} classes`;
}

function givenClass(classes: readonly string[], given: string | number, option: string): PositiveClass {
  const label = typeof given === "string" ? classIndex(classes, given) : given;
  const name = typeof label === "number" ? classes[label] : undefined;
  if (name !== undefined) return { name, label };
  throw new UserError(
    `${option} is ${String(given)}; there are ${classes.length} classes.`,
    `Give an index from 0 to ${classes.length - 1}, or the name of a class.`,
  );
}
