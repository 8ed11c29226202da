import { nameInText } from "./nameInText.js";

/** More classes are not told one by one. */
const mostClasses = 10;

/** How many images of each class there are, such as "8 cat, 9 dog", or of many classes "37 classes, 3 to 90 of each". */
export function classCountsInWords(classes: readonly string[], counts: readonly number[]): string {
  if (classes.length <= mostClasses)
    return classes.map((name, k) => `${counts[k] ?? 0} ${nameInText(name)}`).join(", ");
  const all = classes.map((_, k) => counts[k] ?? 0);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return `${classes.length} classes, ${least === most ? most : `${least} to ${most}`} of each`;
}
