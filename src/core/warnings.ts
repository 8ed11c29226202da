import { currentDisplay } from "./Display.js";

/** What a sentence begins with that tells why a result may be worth less than it seems. */
const prefix = "Warning: ";

/** Who hears what is warned of just now. */
const listeners = new Set<string[]>();

/** Shows sentences, each in a line of its own; those that begin with "Warning: " are warnings. */
export function tell(...sentences: readonly string[]): void {
  for (const sentence of sentences) {
    if (!sentence.startsWith(prefix)) continue;
    for (const heard of listeners) heard.push(sentence.slice(prefix.length));
  }
  if (sentences.length > 0) currentDisplay().text(sentences.join("\n"));
}

/**
 * Does something at once, and keeps what it warns of, which is shown all the same.
 * @returns what came of it, and the warnings without the word
 */
export function hearWarnings<T>(work: () => T): { readonly result: T; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  listeners.add(warnings);
  try {
    return { result: work(), warnings };
  } finally {
    listeners.delete(warnings);
  }
}
