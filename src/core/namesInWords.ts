import { nameInText } from "./nameInText.js";

/**
 * Names for a sentence, each once and sorted: the first ones, and how many more there are.
 * @param most names that are told
 */
export function namesInWords(names: Iterable<string>, most = 5): string {
  const sorted = [...new Set(names)].sort();
  const more = sorted.length > most ? [`and ${sorted.length - most} more`] : [];
  return [...sorted.slice(0, most).map(nameInText), ...more].join(", ");
}
