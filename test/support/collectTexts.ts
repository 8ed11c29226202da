import { setDisplay, silentDisplay } from "../../src/core/Display.js";

/** Runs the work and returns what it said to the person, one text a line. */
export async function collectTexts(work: () => unknown): Promise<string[]> {
  const said: string[] = [];
  const previous = setDisplay({ ...silentDisplay, text: (text) => void said.push(text) });
  try {
    await work();
  } finally {
    setDisplay(previous);
  }
  return said;
}
