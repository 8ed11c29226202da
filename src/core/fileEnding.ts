/** The file's name with its ending, which is put behind it only where it is not there: "log" and "log.csv" are one file. */
export function withEnding(name: string, ending: string): string {
  return hasEnding(name, ending) ? name : name + ending;
}

/** The name without that ending. */
export function withoutEnding(name: string, ending: string): string {
  return hasEnding(name, ending) ? name.slice(0, -ending.length) : name;
}

const hasEnding = (name: string, ending: string): boolean =>
  name.length > ending.length && name.toLowerCase().endsWith(ending);
